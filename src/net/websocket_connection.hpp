// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/topic.hpp"
#include "hub/traffic.hpp"
#include "net/io_threads.hpp"
#include "net/message_sender.hpp"
#include "net/peer_watch.hpp"
#include "net/socket_handover.hpp"
#include "net/websocket_limits.hpp"
#include "wire/frame_reader.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace relay::net {

// Who uses a WebSocketConnection. Called on its thread.
class WebSocketOwner {
public:
    // `more_coming`: further bytes were read with this message.
    virtual void on_message(wire::MessagePtr message, bool more_coming) = 0;

    // The socket is closed; called once, as the connection's last act, so the owner may destroy it.
    // `code` is the peer's or the one it was closed with; abnormal when no close frame passed.
    virtual void on_closed(wire::CloseCode code, std::string_view reason) = 0;

    // What waits for the peer, counted with what small messages cost, has fallen to half its bound
    // after it had exceeded it, which only happens with hub::Overflow::wait.
    virtual void on_room() {}

    // What a regular ping is to carry, at most 125 bytes.
    virtual std::string ping_payload() { return {}; }

protected:
    ~WebSocketOwner() = default;
};

// The server's end of a WebSocket after its handshake: the message path between a socket and the
// hub. Reads with one system call per turn into the thread's buffer (large payloads straight into
// their message), hands subscribers' messages to the socket at once or gathers them at the end of
// the turn, keeps the peer alive with pings, and closes as RFC 6455 §7 says. A callback state
// machine and no coroutine, since an idle connection must cost little memory.
//
// Everything on one io thread. Must not be destroyed from within deliver() or on_message().
class WebSocketConnection final : public hub::Subscriber,
                                  private PollHandler,
                                  private TurnEndHandler,
                                  private Deadline {
public:
    // The limits are kept by reference.
    WebSocketConnection(IoThread& thread, FileDescriptor socket, const WebSocketLimits& limits,
                        WebSocketOwner& owner);
    ~WebSocketConnection();

    // Sends the handshake's answer and begins to read, first what came with the request. When this
    // returns, whatever is delivered follows the answer.
    void start(std::string_view handshake_answer, std::vector<std::uint8_t> received);

    // A message for the peer. Goes out at once when nothing waits, else at the end of the turn.
    void deliver(const wire::MessagePtr& message, hub::Delivery delivery) override;

    // Sends a close frame after what is half sent (what waits behind it is dropped) and ends when
    // the peer has answered or after close_timeout. Later calls have no effect.
    void close(wire::CloseCode code, std::string_view reason);

    // Sends what waits, then a close frame, and ends when the peer has answered, however long it
    // takes to read so far as long as it lives. What it sends meanwhile is discarded. A close()
    // cuts that short.
    void finish(wire::CloseCode code, std::string_view reason);

    // Back-pressure on the peer: nothing further is read, so neither its messages nor its end are
    // noticed, and its silence does not count. What was read already is still delivered; so is what
    // came before a reset, which is noticed.
    void pause_reading();
    void resume_reading();

    // Whether what waits for the peer exceeds the bound: then on_room() will be called.
    bool is_full() const { return sender_.room_wanted(); }

    // Sends a ping with the owner's payload now, besides the regular ones.
    void ping();

    // Closes by itself at that time, with CloseCode::expired.
    void expire_at(SteadyTime when);

    bool is_open() const { return state_ == State::open; }
    const hub::Outbox& outbox() const { return sender_.outbox(); }
    SteadyTime connected() const { return connected_; }
    // Nothing when nothing went that way yet.
    const hub::Traffic* received_traffic() const { return received_traffic_.get(); }
    const hub::Traffic* sent_traffic() const { return sent_traffic_.get(); }

private:
    // finishing: closing, but the peer may take its time to read so far.
    enum class State : std::uint8_t { open, finishing, closing, closed };
    enum class Input : std::uint8_t { frames, peer_closed, broken };  // after frames: discarded

    void on_ready(std::uint32_t events) override;
    void on_turn_end() override;
    void on_deadline() override;

    // to the peer
    bool send_now(const wire::MessagePtr& message, SteadyTime now);
    bool queue(const wire::MessagePtr& message, SteadyTime now, bool video);
    void push_ping();
    void flush_soon();
    void flush();
    void write_failed();

    // from the peer
    std::uint32_t awaited_events() const;
    void update_events();
    void read();
    void handle_bytes(std::span<std::uint8_t> bytes, bool buffer_full);
    bool handle(wire::FrameEvent event, bool more_coming);

    // ends: websocket_connection_close.cpp
    void begin_closing(State how, wire::CloseCode code, std::string_view reason);
    void on_peer_close(wire::CloseCode code, std::string_view reason);
    void close_frame_left();
    void connection_lost();
    void end(wire::CloseCode code, std::string_view reason);
    void schedule_deadline();

    static void record(std::unique_ptr<hub::Traffic>& traffic, SteadyTime now, std::size_t bytes);

    IoThread& thread_;
    FileDescriptor socket_;
    WebSocketOwner& owner_;
    wire::FrameReader reader_;
    MessageSender sender_;
    PeerWatch watch_;
    std::unique_ptr<hub::Traffic> received_traffic_;
    std::unique_ptr<hub::Traffic> sent_traffic_;
    SteadyTime connected_;
    std::string close_reason_;
    wire::CloseCode close_code_ = wire::CloseCode::abnormal;
    State state_ = State::open;
    Input input_ = Input::frames;
    bool started_ = false;
    bool reading_ = true;      // not paused
    bool ping_waits_ = false;  // made when the socket takes it, so that it tells the latest
};

}  // namespace relay::net
