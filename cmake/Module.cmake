# relay_module(NAME SOURCES a.cpp ... TESTS a_test.cpp ... USES relay_base ... [PRIVATE libs ...]
#              [ALONE a.cpp ...])
# One folder of src/: the static library relay_NAME and, from its *_test.cpp files, the test
# program NAME_tests. Sources are named one by one, so that the list is the folder's contents.
#
# Headers take most of the compiler's time, so each is precompiled once. Folders that use relay_net,
# directly or not, share its Asio, Beast and JSON; all others share relay_base's standard library and
# JSON; test programs have the same two with GoogleTest, since they are not optimised.
#
# The sanitizers' presets compile several files of a folder at once (a unity build), which takes
# about two thirds of the time. ALONE: files that name things of their own as others of the folder
# do, or that take long by themselves.
set(relay_common_headers
  <algorithm> <array> <atomic> <chrono> <cstdint> <filesystem> <fstream> <functional> <map> <memory>
  <mutex> <optional> <random> <set> <span> <string> <string_view> <thread> <unordered_map> <utility>
  <variant> <vector> <fmt/format.h> <nlohmann/json.hpp>)
set(relay_network_headers
  <boost/asio/as_tuple.hpp> <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp>
  <boost/asio/io_context.hpp> <boost/asio/ip/tcp.hpp> <boost/asio/steady_timer.hpp>
  <boost/asio/use_awaitable.hpp> <boost/beast/core/tcp_stream.hpp> <boost/beast/http.hpp>)
set(relay_test_headers <gmock/gmock.h> <gtest/gtest.h>)

# Sets `result` to ON when the folder uses relay_net, directly or not.
function(relay_uses_network name uses result)
  set(${result} OFF PARENT_SCOPE)
  get_property(networked GLOBAL PROPERTY relay_networked)
  list(APPEND networked relay_net)
  foreach(target relay_${name} ${uses})
    if(target IN_LIST networked)
      set_property(GLOBAL APPEND PROPERTY relay_networked relay_${name})
      set(${result} ON PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

# The first target with these headers precompiles them, the others use its result.
function(relay_precompile target first)
  if(TARGET ${first} AND NOT target STREQUAL first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

function(relay_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;TESTS;USES;PRIVATE;ALONE" ${ARGN})
  add_library(relay_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(relay_${name} PUBLIC ${ARG_USES} PRIVATE relay_options ${ARG_PRIVATE})
  target_include_directories(relay_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
  set_source_files_properties(${ARG_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  relay_uses_network(${name} "${ARG_USES}" networked)
  if(networked)
    set(first net)
    set(headers ${relay_common_headers} ${relay_network_headers})
  else()
    set(first base)
    set(headers ${relay_common_headers})
  endif()
  relay_precompile(relay_${name} relay_${first} ${headers})
  if(RELAY_TESTS AND ARG_TESTS)
    add_executable(${name}_tests ${ARG_TESTS})
    target_link_libraries(${name}_tests PRIVATE relay_${name} relay_options GTest::gmock_main)
    # Compiling takes longer than running: tests are not optimised, what they test is.
    set_target_properties(${name}_tests PROPERTIES RELAY_TEST_PROGRAM ON)
    target_compile_options(${name}_tests PRIVATE -O0)
    if(RELAY_SANITIZE MATCHES undefined)
      # For the same reason: its checks are in what they test.
      target_compile_options(${name}_tests PRIVATE -fno-sanitize=undefined)
    endif()
    relay_precompile(${name}_tests ${first}_tests ${headers} ${relay_test_headers})
    add_test(NAME unit.${name} COMMAND ${name}_tests --gtest_brief=1)
  endif()
endfunction()
