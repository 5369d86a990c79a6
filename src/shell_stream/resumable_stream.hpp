// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "shell_stream/frame.hpp"
#include "shell_stream/receiving.hpp"
#include "shell_stream/sending.hpp"
#include "wire/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace relay::shell_stream {

// Which WebSocket a frame came on: the owner's number, never 0, never used twice for a stream.
using ConnectionNumber = std::uint64_t;

struct StreamSettings {
    std::uint32_t buffer = 4 * 1024 * 1024;  // bytes kept of each direction; at least 1
    std::size_t chunk = 256 * 1024;          // bytes of memory taken, and read, at a time
    std::chrono::nanoseconds give_up = std::chrono::minutes(5);  // without a connection
};

// Why a stream failed, and whether it was this end that noticed.
struct StreamFailure {
    AbortReason reason = AbortReason::other;
    std::string text;
    bool by_peer = false;
};

// One end of a byte stream that survives the connections it travels on (docs/shell-protocol.md).
// The owner has the local socket, the WebSockets and a timer. After each call that tells of
// something it pulls, as its sockets have room: next_frame() until null, write_bytes() until empty,
// half_close_due(); it reads while read_room() is not empty; it looks at outcome() and done().
//
// Memory is at most twice the buffer and four chunks, whatever the peer does. No clock, no I/O, one
// thread. Spans are valid until the next call that is not const.
class ResumableStream {
public:
    enum class Outcome : std::uint8_t {
        open,
        finished,  // both directions ended, and each end has all bytes of the other
        failed     // see failure(): bytes may be missing
    };

    // The client's end. `now` begins the time after which it gives up.
    ResumableStream(StreamKey key, const StreamSettings& settings, SteadyTime now);

    // The host's end, when an Open comes whose stream is not known. Hand that Open to arrived.
    ResumableStream(const Open& open, const StreamSettings& settings, SteadyTime now);

    // --- The local socket

    // Where to read its next bytes to; empty: do not read, so that its sender's window closes.
    std::span<std::uint8_t> read_room() { return sending_.room(); }
    void read(std::size_t count) { sending_.read(count); }
    std::size_t readable() const { return sending_.readable(); }  // takes no memory, as room does
    std::size_t unsent() const { return sending_.unsent(); }      // read, and still to be sent
    void read_end();

    // What to write to it; and when to shut its sending side down.
    std::span<const std::uint8_t> write_bytes() const { return receiving_.front(); }
    void written(std::size_t count) { receiving_.written(count); }
    bool half_close_due() const { return receiving_.half_close_due(); }
    void half_closed();

    // It failed, or the program stops: ends the stream and tells the peer.
    void abort(AbortReason reason, std::string text);

    // --- Connections. A new one replaces the one before, which the owner closes.

    // Client: a WebSocket that negotiated relay.resume.v1 is up.
    void connected(ConnectionNumber number, SteadyTime now);

    enum class Arrival : std::uint8_t {
        accepted,
        stale,    // older than the current one: close it
        unknown,  // wrong secret: answer it with unknown_stream_answer() and close it
    };
    // Host: the first frame of a connection was an Open or Resume with this stream's id.
    Arrival arrived(ConnectionNumber number, const Open& open);
    Arrival arrived(ConnectionNumber number, const Resume& resume);

    // The connection ended: by a close frame with code 1000, or in any other way.
    enum class Closed : std::uint8_t { normally, otherwise };
    void disconnected(ConnectionNumber number, Closed how, SteadyTime now);

    // A binary message. Those of any but the current connection are ignored.
    void received(ConnectionNumber number, std::span<const std::uint8_t> payload);

    // The next message to send on the current connection, or null.
    wire::MessagePtr next_frame();
    bool frame_due() const;  // whether there is one

    // Both ends know each other on the current connection.
    bool is_up() const { return link_ == Link::up; }

    // --- Time: call time_passed at the deadline, when there is one.
    std::optional<SteadyTime> deadline() const;
    void time_passed(SteadyTime now);

    // --- The end

    Outcome outcome() const { return outcome_; }
    const StreamFailure& failure() const { return failure_; }

    // Nothing is left to tell the peer: close the connection with code 1000 behind the last frame,
    // and forget the stream. A finished client waits for the host's Done; a finished host, until
    // the client has closed.
    bool done() const;

    ConnectionNumber connection() const { return connection_; }  // 0: none
    const StreamId& id() const { return key_.id; }
    std::size_t memory() const { return sending_.memory() + receiving_.memory(); }

private:
    enum class Role : std::uint8_t { client, host };
    enum class Link : std::uint8_t { down, greeting, up };

    Arrival arrived(ConnectionNumber number, const Secret& secret, std::uint32_t attempt,
                    Position received);
    void handle(const Open&) { refuse("OPEN frame inside a connection"); }
    void handle(const Resume&) { refuse("RESUME frame inside a connection"); }
    void handle(const Accept& accept);
    void handle(const Data& data);
    void handle(const End& end);
    void handle(const Acknowledge& acknowledge);
    void handle(const Abort& abort);
    void handle(const Done&);
    bool permitted();
    void go_on(Position received);
    void set_window(std::uint32_t window);
    void end_if_complete();
    void refuse(std::string text) { abort(AbortReason::protocol_error, std::move(text)); }
    void fail(StreamFailure failure);
    wire::MessagePtr greeting();

    StreamKey key_;
    Role role_;
    StreamSettings settings_;
    Sending sending_;
    Receiving receiving_;

    ConnectionNumber connection_ = 0;
    Link link_ = Link::down;
    std::uint32_t attempt_ = 0;   // of the current connection
    std::uint32_t window_ = 0;    // agreed; 0 before
    bool greeting_due_ = false;   // client: Open or Resume, host: Accept
    bool known_to_peer_ = false;  // the peer may hold this stream
    SteadyTime down_since_;       // while the link is not up

    Outcome outcome_ = Outcome::open;
    StreamFailure failure_;
    bool abort_due_ = false;
    bool done_due_ = false;  // host
    bool released_ = false;  // finished, and the peer needs no more answers
};

// What a host answers to a Resume whose stream it does not know.
wire::MessagePtr unknown_stream_answer();

}  // namespace relay::shell_stream
