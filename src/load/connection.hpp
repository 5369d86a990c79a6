// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "load/loop.hpp"
#include "load/opening.hpp"
#include "net/socket_handover.hpp"
#include "wire/frame_reader.hpp"
#include "wire/frame_writer.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace relay::load {

class Resolver;

// A WebSocket client on a loop's thread: opens, reads and answers pings by itself. What it is for
// is up to the classes derived from it; used alone it is an idle connection. The loop outlives it.
class Connection : private Loop::Handler {
public:
    enum class State : std::uint8_t { fresh, opening, open, ended, refused };

    // Told, once each, of the end of the opening and of an end that the peer brought about.
    class Observer {
    public:
        virtual void opening_done(Connection& connection) = 0;
        virtual void ended_by_peer(Connection& connection) = 0;

    protected:
        ~Observer() = default;
    };

    Connection(Loop& loop, Observer& observer, Opening opening, int receive_buffer);
    virtual ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void open(Resolver& resolver);
    // Gives up an opening that is not over.
    void abandon();
    // Says goodbye with code 1000, without waiting for an answer.
    void close();

    State state() const { return state_; }
    // Why it was refused or ended.
    const std::string& error() const { return error_; }
    wire::CloseCode close_code() const { return close_code_; }
    // From the first packet to the open WebSocket.
    std::chrono::nanoseconds opening_time() const { return opening_time_; }

protected:
    virtual void received(const wire::Message& message, SteadyTime now);

    // Takes nothing from the socket, so that the peer's writes come to block.
    void pause_reading(bool paused);

    // Frames are collected by append and leave with flush, as far as the socket takes them.
    void append(wire::MessageType type, std::span<const std::uint8_t> payload);
    void flush();
    std::size_t backlog() const { return out_.size() - sent_; }
    bool is_open() const { return state_ == State::open; }
    Loop& loop() { return loop_; }

private:
    void ready(std::uint32_t events) override;
    void dial();
    void connected();
    void read();
    void opening_step(Opening::Step step);
    void opened();
    void take_bytes(std::span<std::uint8_t> bytes, SteadyTime now);
    void take_event(const wire::FrameEvent& event, SteadyTime now);
    void peer_gone(std::string why);
    void end(State state, std::string why);
    void set_events();

    Loop& loop_;
    Observer& observer_;
    Resolver* resolver_ = nullptr;
    Opening opening_;
    wire::FrameReader frames_;
    net::FileDescriptor socket_;
    State state_ = State::fresh;
    bool connecting_ = false;
    bool paused_ = false;
    std::uint32_t events_ = 0;  // that epoll was asked for
    int receive_buffer_;
    std::vector<std::uint8_t> out_;
    std::size_t sent_ = 0;  // of out_
    std::string error_;
    wire::CloseCode close_code_ = wire::CloseCode::abnormal;
    SteadyTime started_;
    std::chrono::nanoseconds opening_time_{0};
};

}  // namespace relay::load
