# embed_text(FILE FUNCTION HEADER OUTPUT): writes a source file that defines FUNCTION, which HEADER
# declares in relay::book, as the text of FILE. A change of FILE configures anew; the compiler's
# #embed would not do, since compiler caches do not know what it reads.
function(embed_text file function header output)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  file(READ "${file}" bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  file(CONFIGURE OUTPUT "${output}" @ONLY CONTENT [=[
// Written by EmbedText.cmake.
#include "@header@"

namespace relay::book {

std::string_view @function@() {
    static constexpr char text[] = {@bytes@};
    return {text, sizeof text};
}

}  // namespace relay::book
]=])
endfunction()
