# Warnings, hardening (OpenSSF Compiler Options Hardening Guide for C and C++) and sanitizers,
# carried by the interface target relay_options that every target of ours links.
add_library(relay_options INTERFACE)
target_compile_options(relay_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wthread-safety
  -Wformat=2 -Wimplicit-fallthrough -Werror
  -Wno-missing-designated-field-initializers  # fields left out have defaults: that is the point
  -fno-delete-null-pointer-checks -fno-strict-overflow -fno-strict-aliasing)
if(CMAKE_UNITY_BUILD)
  target_compile_options(relay_options INTERFACE -Wno-shadow)  # of another file's names
endif()
target_include_directories(relay_options INTERFACE "${PROJECT_SOURCE_DIR}/src")
# Some libraries ask for it; what shares a precompiled header must agree.
target_compile_options(relay_options INTERFACE -pthread)
target_link_options(relay_options INTERFACE -pthread)

if(RELAY_SANITIZE)
  target_compile_options(relay_options INTERFACE
    -fsanitize=${RELAY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  target_link_options(relay_options INTERFACE -fsanitize=${RELAY_SANITIZE})
  if(RELAY_FUZZ)
    # What fuzzers steer by, in what they fuzz.
    target_compile_options(relay_options INTERFACE
      "$<$<NOT:$<BOOL:$<TARGET_PROPERTY:RELAY_TEST_PROGRAM>>>:-fsanitize=fuzzer-no-link>")
  endif()
  # Recycled coroutine frames would hide use-after-free from the address sanitizer.
  target_compile_definitions(relay_options INTERFACE BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING)
else()
  target_compile_options(relay_options INTERFACE
    -fstack-protector-strong -fstack-clash-protection
    "$<$<AND:$<CONFIG:Release,RelWithDebInfo>,$<NOT:$<BOOL:$<TARGET_PROPERTY:RELAY_TEST_PROGRAM>>>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=3>")
  target_compile_definitions(relay_options INTERFACE _GLIBCXX_ASSERTIONS)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_compile_options(relay_options INTERFACE -fcf-protection=full)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64")
    target_compile_options(relay_options INTERFACE -mbranch-protection=standard)
  endif()
  target_link_options(relay_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack,-z,nodlopen)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_link_options(relay_options INTERFACE -fuse-ld=lld)
  # Precompiled headers that ccache may share: no time stamps inside.
  target_compile_options(relay_options INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
include(CheckPIESupported)
check_pie_supported()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()
