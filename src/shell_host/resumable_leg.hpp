// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/time_limit.hpp"
#include "net/websocket_client.hpp"
#include "shell_host/visit.hpp"
#include "shell_stream/resumable_stream.hpp"
#include "tunnel/resumable_end.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <stop_token>
#include <vector>

namespace relay::shell_host {

class Streams;

// One WebSocket of relay.resume.v1 at the host: its first message says which stream it is for, and
// from then on it carries that, until either ends or the stream goes on elsewhere. Lives in the
// coroutine that runs it; Streams must live as long as that runs. One thread.
class ResumableLeg final : private net::MessageSource, private net::MessageReceiver {
public:
    // `client` is connected, and outlives the leg.
    ResumableLeg(Streams& streams, const Visit& visit, net::WebSocketClient& client);

    // Until the WebSocket has ended. It is closed when no message comes within the limit, and on
    // `stop`.
    boost::asio::awaitable<void> run(std::chrono::milliseconds first_message_limit,
                                     std::stop_token stop);

    const Visit& visit() const { return visit_; }
    shell_stream::ConnectionNumber number() const { return number_; }
    net::WebSocketClient& client() { return client_; }
    tunnel::ResumableEnd* end() { return end_; }  // null before the first message, and afterwards

    // What becomes of it, for Streams. Messages are the end's; or there is a last one, then 1000;
    // or what the end has given already leaves, then 1000; or it is closed at once.
    void carry(tunnel::ResumableEnd& end) { end_ = &end; }
    void answer(wire::MessagePtr last);
    void finish();
    void close(std::string_view reason);

private:
    void on_message(wire::MessagePtr message) override;
    void gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) override;

    Streams& streams_;
    const Visit& visit_;
    net::WebSocketClient& client_;
    shell_stream::ConnectionNumber number_;
    std::optional<net::TimeLimit> first_message_limit_;  // until that has come
    tunnel::ResumableEnd* end_ = nullptr;
    wire::MessagePtr answer_;
    bool greeted_ = false;
};

// Serves a client's WebSocket from its alert to its end. On the caller's executor; failures are
// logged.
boost::asio::awaitable<void> serve_resumable(Visit visit, net::WebSocketSettings settings,
                                             Streams& streams, std::stop_token stop);

}  // namespace relay::shell_host
