// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/websocket_client.hpp"
#include "shell_stream/resumable_stream.hpp"
#include "tunnel/local_stream.hpp"
#include "tunnel/plain_link.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace relay::tunnel {

inline constexpr std::string_view resume_protocol = "relay.resume.v1";

// One end of a stream of relay.resume.v1: moves bytes between the state machine, its local stream
// and the WebSocket that it travels on now; keeps its timer. WebSockets come and go; whose each is,
// and what they are told at first, is the owner's business. Everything on the executor's thread.
class ResumableEnd {
public:
    // `on_change` is called, never from within a call of the owner's, when done() may have become
    // true, the stream has failed, or it has finished. It may destroy the end.
    ResumableEnd(const boost::asio::any_io_executor& executor, shell_stream::ResumableStream stream,
                 std::function<void()> on_change);
    ~ResumableEnd();  // resets the local stream unless the stream has finished

    // A host may give it later than the stream began; until then nothing is read or written.
    void set_local(LocalStream local);

    shell_stream::ResumableStream& stream();
    const shell_stream::ResumableStream& stream() const;

    // The WebSocket that the stream goes on with, after stream().connected() or arrived() took its
    // number; the one before is forgotten. Must be valid until detach or the next attach.
    void attach(shell_stream::ConnectionNumber number, net::WebSocketClient& client);
    // It has ended.
    void detach(shell_stream::ConnectionNumber number, shell_stream::ResumableStream::Closed how);

    // For the owner's MessageReceiver and MessageSource of the WebSocket with that number.
    void received(shell_stream::ConnectionNumber number, const wire::Message& message);
    void gather(shell_stream::ConnectionNumber number, std::vector<wire::MessagePtr>& into,
                std::size_t max_bytes);

    // Ends the stream from here: the peer is told, the local stream is reset.
    void abort(shell_stream::AbortReason reason, std::string text);

    // How it ended, so far.
    LinkEnd summary() const;

private:
    class Worker;
    std::shared_ptr<Worker> worker_;  // shared with its coroutines
};

}  // namespace relay::tunnel
