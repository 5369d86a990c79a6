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

    // The uplink has given up (Settings::give_up_on_refusal); nothing is called after this. The
    // error is what status().last_error says, with the refusal's code.
    virtual void on_refused(const Error& /*error*/) {}

    // How many others on the topic may read: told by a session relay, if Settings::ask_audience,
    // soon after on_connected and whenever it changes between none and some. Unknown until then, at
    // other peers, and while there is no connection (docs/protocol.md#audience).
    virtual void on_audience(std::size_t /*readers*/) {}

protected:
    ~Endpoint() = default;
};

struct Settings {
    std::string name;  // for logs
    net::WebSocketSettings websocket;
    std::chrono::milliseconds access_timeout{10'000};
    Backoff::Settings retry;
    // Ends in State::refused when every URL of the target refused in a row with a status that says
    // that trying again is of no use (failure.hpp). Otherwise such a refusal is tried
    // again like any failure, since a token file or a rule of the relay may change.
    bool give_up_on_refusal = false;
    bool ask_audience = false;  // see Endpoint::on_audience
};

// refused and stopped are final.
enum class State { connecting, connected, waiting, refused, stopped };

struct Status {
    State state = State::connecting;
    std::string target;  // the URL in use, without its query
    // Of the open WebSocket; empty while there is none.
    std::string websocket;    // its address, without its query, which may hold a code
    std::string subprotocol;  // that both sides agreed on
    std::optional<WallTime> connected_since;
    std::optional<WallTime> retry_at;  // while waiting
    std::string last_error;            // of the latest failure or end; holds no token or code
    std::uint64_t tries = 0;
    std::uint64_t connections = 0;  // tries that led to an open WebSocket
};

// Keeps one WebSocket connection to a target, for ever: each time it ends or cannot be had, tries
// again after a back-off, at the target's next URL unless the connection had lasted. Everything,
// construction and destruction included, on the one thread that runs the context, which must
// outlive it.
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

    // Ends for good once everything has left: takes from the endpoint until it has nothing more,
    // then closes with 1000 and waits for the far side's answer, for at most peer_timeout. Without
    // a connection it first waits for one. `ended` is then called, after the last on_disconnected:
    // with true when the far side has read everything, with false when the connection was lost or
    // closed from there before, when the target refused for good, or when stop came in between.
    void finish(std::function<void(bool all_left)> ended);

    Status status() const;

private:
    class Worker;
    std::shared_ptr<Worker> worker_;  // shared with its coroutine
};

}  // namespace relay::uplink
