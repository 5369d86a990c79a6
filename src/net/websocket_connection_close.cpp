// SPDX-License-Identifier: Apache-2.0
// How a WebSocketConnection ends: asked to, by its peer, by its deadline, or cut off.
#include "net/websocket_connection.hpp"
#include "wire/frame_writer.hpp"

#include <chrono>
#include <sys/socket.h>

namespace relay::net {

using wire::CloseCode;

void WebSocketConnection::close(CloseCode code, std::string_view reason) {
    if (state_ == State::open) {
        sender_.drop_data();
        begin_closing(State::closing, code, reason);
    } else if (state_ == State::finishing) {  // its close frame may wait behind the data
        state_ = State::closing;
        sender_.drop_data();
        schedule_deadline();
        flush_soon();
    }
}

void WebSocketConnection::finish(CloseCode code, std::string_view reason) {
    // Until the end, for what the kernel holds would be lost with the socket.
    if (state_ == State::open) begin_closing(State::finishing, code, reason);
}

void WebSocketConnection::begin_closing(State how, CloseCode code, std::string_view reason) {
    state_ = how;
    close_code_ = code;
    close_reason_ = reason;
    sender_.push_control(wire::close_message(code, reason));
    resume_reading();  // for the answer, and for pings that show that the peer lives
    schedule_deadline();
    flush_soon();
}

void WebSocketConnection::on_peer_close(CloseCode code, std::string_view reason) {
    input_ = Input::peer_closed;
    if (state_ == State::open) {
        close_code_ = code;
        close_reason_ = reason;
        sender_.push_control(wire::close_message(code, ""));
    }
    if (state_ == State::open || state_ == State::finishing) {
        state_ = State::closing;
        sender_.drop_data();  // nobody is left to read it
        schedule_deadline();
    }
    flush();
}

void WebSocketConnection::close_frame_left() {
    if (input_ == Input::peer_closed) {
        end(close_code_, close_reason_);
        return;
    }
    // Closing the socket now, with input unread, would reset the connection and could destroy the
    // close frame on its way: first wait until the peer ends its side.
    if (input_ == Input::broken) ::shutdown(socket_.number(), SHUT_WR);
    schedule_deadline();  // from now on for the answer
}

// A close that the peer has sent, or that is on its way, counts for more than how it ended.
void WebSocketConnection::connection_lost() {
    const bool close_sent =
        state_ == State::closing || (state_ == State::finishing && outbox().empty());
    if (close_sent)
        end(close_code_, close_reason_);
    else
        end(CloseCode::abnormal, "connection lost");
}

void WebSocketConnection::end(CloseCode code, std::string_view reason) {
    if (state_ == State::closed) return;
    state_ = State::closed;
    close_code_ = code;
    if (close_reason_.data() != reason.data()) close_reason_ = reason;
    thread_.poller().remove(socket_.number(), *this);
    socket_ = {};
    thread_.poller().at_turn_end(*this);
}

void WebSocketConnection::expire_at(SteadyTime when) {
    watch_.expire_at(when);
    if (scheduled()) schedule_deadline();
}

void WebSocketConnection::schedule_deadline() {
    SteadyTime when = watch_.next_check(reading_);
    if (state_ == State::closing) {
        // One that is too slow gets the time to come to the frame that says so.
        const bool waits = close_code_ == CloseCode::too_slow && !outbox().empty();
        when = watch_.answer_due(thread_.poller().now(), waits);
    }
    thread_.schedule(*this, when);
}

void WebSocketConnection::on_deadline() {
    if (state_ == State::closed) return;
    if (state_ == State::closing) {
        end(close_code_, close_reason_);
        return;
    }
    sender_.release();
    switch (watch_.check(std::chrono::steady_clock::now(), reading_)) {
        case PeerWatch::Due::expired:
            close(CloseCode::expired, "the session has expired");
            return;
        case PeerWatch::Due::peer_silent:
            end(CloseCode::abnormal, "nothing heard from the peer");
            return;
        case PeerWatch::Due::ping:
            // With data waiting, what the peer takes of it is sign of life enough.
            if (outbox().empty()) ping();
            break;
        case PeerWatch::Due::nothing:
            break;
    }
    schedule_deadline();
}

}  // namespace relay::net
