// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/io_threads.hpp"

#include <future>
#include <type_traits>

namespace relay::net {

// Runs the function on the thread and waits for what it returns. From any other thread, as long as
// that thread runs.
template <class Function>
auto call_on(IoThread& thread, Function function) {
    using Value = decltype(function());
    std::promise<Value> result;
    auto ready = result.get_future();
    thread.post([&] {
        if constexpr (std::is_void_v<Value>) {
            function();
            result.set_value();
        } else {
            result.set_value(function());
        }
    });
    return ready.get();
}

}  // namespace relay::net
