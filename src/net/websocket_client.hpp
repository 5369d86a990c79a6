// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "net/byte_stream.hpp"
#include "net/http_message.hpp"
#include "net/url.hpp"
#include "wire/close_code.hpp"
#include "wire/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace relay::net {

// Where a connection takes its outgoing messages from, such as a hub's outbox.
class MessageSource {
public:
    // Appends the waiting messages, oldest first, and forgets them: about `max_bytes` of payload
    // together, and at least one when any waits.
    virtual void gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) = 0;

protected:
    ~MessageSource() = default;
};

class MessageReceiver {
public:
    // One whole message, its type and boundaries as they were sent.
    virtual void on_message(wire::MessagePtr message) = 0;

    // A ping, which is answered in any case. The bytes are valid during the call.
    virtual void on_ping(std::span<const std::uint8_t> /*payload*/) {}

protected:
    ~MessageReceiver() = default;
};

struct WebSocketSettings {
    ConnectSettings connect;
    std::chrono::milliseconds handshake_timeout{10'000};
    // A ping goes out when either direction was silent for so long: below the 30 s after which the
    // first proxies cut idle connections.
    std::chrono::milliseconds ping_every{10'000};
    // Without any byte from the far side for so long, it counts as dead.
    std::chrono::milliseconds peer_timeout{25'000};
    // For the next 64 KiB to leave. Zero: none, for streams that are slowed down by back-pressure.
    std::chrono::milliseconds write_timeout{30'000};
    std::chrono::milliseconds close_timeout{1'000};  // for the far side to answer our close frame
    std::size_t max_message = 10 * 1024 * 1024;      // bytes; a longer one ends with 1009
    std::string user_agent = "relay";
    std::string subprotocol;  // offered unless empty; the server may decline it
    HttpFields fields;        // further ones of the handshake's request
};

// How a connection ended. `code` and `reason` are the far side's when it sent a close frame; `code`
// is abnormal, with our own reason, when the connection broke or was given up; the code that we
// answered with when the far side broke the protocol.
struct WebSocketEnd {
    wire::CloseCode code = wire::CloseCode::abnormal;
    std::string reason;
    bool by_us = false;     // we asked for the close
    bool finished = false;  // finish() was asked for, and the far side has read everything
};

// Why there is no connection; `answer` is the server's refusal when there was one.
struct WebSocketFailure {
    Error error;
    std::optional<HttpResponse> answer;
};

// The client's end of one WebSocket connection (RFC 6455), without extensions.
// Everything on one thread, that of the executor it was connected on.
class WebSocketClient {
public:
    // Connects and shakes hands. Ends early, with an error, on `stop`. A refusal's status becomes
    // the error's code as by errc_of_status; a connection that was refused or broken is
    // interrupted.
    static boost::asio::awaitable<std::expected<std::unique_ptr<WebSocketClient>, WebSocketFailure>>
    connect(Url url, WebSocketSettings settings, std::stop_token stop);

    ~WebSocketClient();

    // The one that was offered, or empty when the server declined it.
    const std::string& subprotocol() const;

    // Carries messages both ways until the connection has ended. Once only; the client, the source
    // and the receiver must outlive it. One write is in flight at a time and takes what the source
    // has by then. On `stop` as close(normal).
    boost::asio::awaitable<WebSocketEnd> run(MessageSource& source, MessageReceiver& receiver,
                                             std::stop_token stop);

    // The source has messages. Cheap; without effect before and after run.
    void notify();

    // Back-pressure on the far side: nothing further is read, hence neither messages nor pings nor
    // its end are noticed, until reading is resumed; what was read already is still delivered.
    // Pings still leave. The far side's silence does not count meanwhile.
    void pause_reading();
    void resume_reading();

    // Begins the close handshake after the write in flight; run ends with the far side's answer, or
    // after close_timeout. No message is sent or delivered from now on.
    void close(wire::CloseCode code, std::string_view reason);

    // Takes from the source until it has nothing more, then closes with 1000. The far side has
    // peer_timeout to answer, since what was sent before is still on its way, and without a
    // write_timeout as long as it shows that it lives; a close() or stop cuts that short. Before or
    // during run.
    void finish();

private:
    class Connection;
    explicit WebSocketClient(std::unique_ptr<Connection> connection);

    std::unique_ptr<Connection> connection_;
};

}  // namespace relay::net
