// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>

#include <sched.h>

namespace relay::net {

// As context.run(), for programs that carry bulk between others on the same machine: before it goes
// to sleep it lets those run who wait for the processor. On a busy machine they then have more to
// carry by the next look, which spares both sides the waking; on an idle one it costs a
// microsecond.
inline void run_yielding(boost::asio::io_context& context) {
    while (!context.stopped()) {
        if (context.poll() > 0) {
            ::sched_yield();
            continue;
        }
        if (context.stopped() || context.run_one() == 0) return;
    }
}

}  // namespace relay::net
