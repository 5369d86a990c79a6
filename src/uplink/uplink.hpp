// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "net/websocket_client.hpp"
#include "uplink/backoff.hpp"
#include "uplink/target.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace relay::uplink {

// The local end of an uplink: gives and takes its messages.
class Endpoint : public net::MessageSource, public net::MessageReceiver {
public:
    // Whatever waited since the last connection is stale by now: on_disconnected and on_connected
    // are where to drop it.
    virtual void on_connected() = 0;
    virtual void on_disconnected() = 0;

protected:
    ~Endpoint() = default;
};

struct Settings {
    std::string name;  // for logs
    net::WebSocketSettings websocket;
    std::chrono::milliseconds access_timeout{10'000};
    Backoff::Settings retry;
};

enum class State { connecting, connected, waiting, stopped };

struct Status {
    State state = State::connecting;
    std::optional<WallTime> connected_since;
    std::optional<WallTime> retry_at;  // while waiting
    std::string last_error;            // of the latest failure or end; holds no token or code
    std::uint64_t tries = 0;
    std::uint64_t connections = 0;  // tries that led to an open WebSocket
};

// Keeps one WebSocket connection to a target, for ever: each time it ends or cannot be had, tries
// again after a back-off. Everything, construction and destruction included, on the one thread that
// runs the context, which must outlive it.
class Uplink {
public:
    // Begins to connect once the context runs. The endpoint is called until stop or destruction.
    Uplink(boost::asio::io_context& context, Target target, Settings settings, Endpoint& endpoint,
           WallClock clock = wall_clock(), std::function<double()> random = random_fraction);
    ~Uplink();  // as stop()

    // The endpoint has messages to gather.
    void notify();

    // Tries now instead of after the rest of the wait.
    void retry_now();

    // Ends for good: cancels what is under way; an open WebSocket is closed with 1000, which may
    // take until settings.websocket.close_timeout after the destruction. `ended` is called when all
    // is done. The endpoint is told on_disconnected, if connected, and then never called again.
    void stop(std::function<void()> ended = {});

    Status status() const;

private:
    class Worker;
    std::shared_ptr<Worker> worker_;  // shared with its coroutine
};

}  // namespace relay::uplink
