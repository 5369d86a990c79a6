// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.hpp"
#include "net/websocket_client.hpp"
#include "shell_client/way.hpp"
#include "uplink/backoff.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <stop_token>

namespace relay::shell_client {

// Why a try to reach the host led nowhere.
struct Missed {
    enum class Kind {
        away,     // the relay did not answer, or not in full: it may be restarting
        refused,  // it answered, and may answer otherwise later: no host is connected
        denied,   // it answered that this token will not do
    };
    Error error;  // its text begins with the access URL, and holds no token or code
    Kind kind = Kind::away;
};

using Connected = std::expected<std::unique_ptr<net::WebSocketClient>, Missed>;

// The tries of one stream: access request and WebSocket, at the relays in turn. On the caller's
// executor; the way must outlive it.
class Route {
public:
    explicit Route(const Way& way, std::function<double()> random = random_fraction)
        : way_(way), backoff_(way.settings.retry, std::move(random)) {}

    // For a stream that does not exist yet: asks each relay once, and once more when one of them
    // did not answer. If one answered, the error is its answer, else what befell the last.
    boost::asio::awaitable<Connected> connect_first(std::stop_token stop);

    // Waits, then tries once; at the next relay if the last try failed. Towards a relay or host
    // that may just be restarting the waits stay short.
    boost::asio::awaitable<Connected> connect_again(bool may_be_restarting, std::stop_token stop);

    // For how long a stream was carried by a connection.
    void connection_ended(std::chrono::nanoseconds lasted) { backoff_.connection_ended(lasted); }

    // Of the relay that was tried last with success, or is tried next; without its query.
    std::string url() const { return way_.access.urls[current_].without_query(); }

private:
    boost::asio::awaitable<Connected> ask_each(std::stop_token stop, bool& some_away);
    boost::asio::awaitable<Connected> try_once(std::stop_token stop);
    boost::asio::awaitable<std::expected<net::Url, Missed>> websocket_url(std::stop_token stop);
    std::unexpected<Missed> missed(Missed missed);
    boost::asio::awaitable<void> wait(uplink::Backoff::Cause cause, std::stop_token stop);

    const Way& way_;
    uplink::Backoff backoff_;
    std::size_t current_ = 0;  // of the access URLs
};

}  // namespace relay::shell_client
