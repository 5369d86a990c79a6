# relay_module(NAME SOURCES a.cpp ... TESTS a_test.cpp ... USES relay_base ... [PRIVATE libs ...])
# One folder of src/: the static library relay_NAME and, from its *_test.cpp files, the test
# program NAME_tests. Sources are named one by one, so that the list is the folder's contents.
#
# Asio and Beast take most of the compiler's time: relay_net precompiles them, and every folder that
# uses relay_net shares the result; net_tests does the same, with GoogleTest, for the test programs.
set(relay_heavy_headers
  <boost/asio/as_tuple.hpp> <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp>
  <boost/asio/io_context.hpp> <boost/asio/ip/tcp.hpp> <boost/asio/steady_timer.hpp>
  <boost/asio/use_awaitable.hpp> <boost/beast/core/tcp_stream.hpp> <boost/beast/http.hpp>
  <nlohmann/json.hpp> <fmt/format.h> <functional> <map> <memory> <string> <vector>)

function(relay_precompile target first)
  if(TARGET ${first} AND NOT target STREQUAL first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(${target} PRIVATE ${relay_heavy_headers} ${ARGN})
  endif()
endfunction()

function(relay_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;TESTS;USES;PRIVATE" ${ARGN})
  add_library(relay_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(relay_${name} PUBLIC ${ARG_USES} PRIVATE relay_options ${ARG_PRIVATE})
  target_include_directories(relay_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
  if(name STREQUAL "net" OR "relay_net" IN_LIST ARG_USES)
    set(heavy ON)
    relay_precompile(relay_${name} relay_net)
  endif()
  if(RELAY_TESTS AND ARG_TESTS)
    add_executable(${name}_tests ${ARG_TESTS})
    target_link_libraries(${name}_tests PRIVATE relay_${name} relay_options GTest::gmock_main)
    # Compiling takes longer than running: tests are not optimised, what they test is.
    set_target_properties(${name}_tests PROPERTIES RELAY_UNOPTIMISED ON)
    target_compile_options(${name}_tests PRIVATE -O0)
    if(heavy)
      relay_precompile(${name}_tests net_tests <gmock/gmock.h> <gtest/gtest.h>)
    endif()
    add_test(NAME unit.${name} COMMAND ${name}_tests --gtest_brief=1)
  endif()
endfunction()
