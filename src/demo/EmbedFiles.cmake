# embed_files(DIRECTORY OUTPUT): writes a source file with the contents of a directory, the
# definition of relay::demo::embedded_files(). A change in the directory configures anew; the
# compiler's #embed would not do, since compiler caches do not know what it reads.
function(embed_files directory output)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE "${directory}" "${directory}/*")
  set(arrays "")
  set(entries "")
  set(number 0)
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${directory}/${file}")
    file(READ "${directory}/${file}" bytes HEX)
    file(SHA256 "${directory}/${file}" hash)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(APPEND arrays "constexpr std::uint8_t file${number}[] = {${bytes}};\n")
    string(APPEND entries "    EmbeddedFile{\"/${file}\", \"${hash}\", file${number}},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  file(CONFIGURE OUTPUT "${output}" @ONLY CONTENT [=[
// Written by EmbedFiles.cmake.
#include "demo/embedded_files.hpp"

#include <array>

namespace relay::demo {
namespace {

@arrays@
constexpr std::array<EmbeddedFile, @number@> files{
@entries@};

}  // namespace

std::span<const EmbeddedFile> embedded_files() {
    return files;
}

}  // namespace relay::demo
]=])
endfunction()
