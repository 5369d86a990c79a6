// SPDX-License-Identifier: Apache-2.0
// Whatever connections do, every byte arrives once and in order, both ends are carried, and memory
// stays bounded.
#include "shell_stream/resumable_stream.hpp"
#include "shell_stream/stream_for_test.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>

namespace relay::shell_stream {
namespace {

using Outcome = ResumableStream::Outcome;

// Frames under way. An old connection stays: what is in flight on it may come late or never.
struct Connection {
    std::deque<wire::MessagePtr> to_host, to_client;
    bool client_open = true, host_open = true;
};

// The socket at one end: what it will send, and what it was given.
struct Socket {
    std::string source, sink;
    std::size_t read = 0;
    bool half_closed = false;
};

class Simulation {
public:
    explicit Simulation(unsigned seed)
        : random_(seed), settings_(some_settings()), client_(key_for_test(), settings_, now_) {
        fill(client_socket_);
        fill(host_socket_);
    }

    void run() {
        for (int step = 0; step < 300; ++step) {
            disturb();
            work();
            check_memory();
        }
        for (int step = 0; step < 20'000 && !is_over(); ++step) {
            if (client_.connection() == 0 && !client_.done()) connect();
            work();
        }
    }

    void check() {
        ASSERT_TRUE(host_);
        EXPECT_EQ(client_.outcome(), Outcome::finished) << client_.failure().text;
        EXPECT_EQ(host_->outcome(), Outcome::finished) << host_->failure().text;
        EXPECT_EQ(host_socket_.sink, client_socket_.source);
        EXPECT_EQ(client_socket_.sink, host_socket_.source);
        EXPECT_TRUE(client_.done());
        EXPECT_TRUE(client_socket_.half_closed && host_socket_.half_closed);
        EXPECT_EQ(client_.memory() + host_->memory(), 0u);
    }

    int connections() const { return static_cast<int>(connections_.size()); }
    int late_frames() const { return late_; }

private:
    StreamSettings some_settings() { return {.buffer = 1 + below(200), .chunk = 1 + below(40)}; }
    std::uint32_t below(std::uint32_t bound) {
        return static_cast<std::uint32_t>(random_() % bound);
    }

    void fill(Socket& socket) {
        socket.source.resize(below(4) == 0 ? 0 : below(1500));
        for (char& letter : socket.source) letter = static_cast<char>(random_());
    }

    bool is_over() const { return host_ && client_.done() && host_->outcome() != Outcome::open; }

    void disturb() {
        if (client_.connection() == 0 ? below(4) == 0 : below(60) == 0) connect();
        if (below(25) == 0) cut();
        if (below(10) == 0) notice_at_host();
    }

    // May replace a connection that is up, as when an interface changes.
    void connect() {
        const ConnectionNumber old = client_.connection();
        if (client_.done()) return;
        if (old != 0) connections_[old].client_open = false;
        const ConnectionNumber number = connections_.size() + 1;
        connections_[number] = {};
        client_.connected(number, now_);
    }

    // The client notices at once, the host when it notices; in between, some frames are lost.
    void cut() {
        const ConnectionNumber number = client_.connection();
        if (number == 0) return;
        Connection& connection = connections_[number];
        lose(connection.to_host);
        lose(connection.to_client);
        connection.client_open = false;
        client_.disconnected(number, ResumableStream::Closed::otherwise, now_);
    }
    void lose(std::deque<wire::MessagePtr>& frames) {
        frames.resize(below(1 + static_cast<std::uint32_t>(frames.size())));
    }

    void notice_at_host() {
        if (!host_ || host_->connection() == 0) return;
        Connection& connection = connections_[host_->connection()];
        if (connection.client_open) return;
        connection.host_open = false;
        host_->disconnected(host_->connection(), ResumableStream::Closed::otherwise, now_);
    }

    void work() {
        const auto actions = below(8);
        if (actions & 1) use_socket(client_, client_socket_);
        if (host_ && (actions & 2)) use_socket(*host_, host_socket_);
        if (actions & 4) transmit();
        deliver();
    }

    void use_socket(ResumableStream& stream, Socket& socket) {
        const std::size_t some = 1 + below(90);
        socket.read += feed(stream, std::string_view(socket.source).substr(socket.read, some));
        if (socket.read == socket.source.size() && below(3) == 0) stream.read_end();
        socket.sink += take(stream, below(90));
        if (!stream.half_close_due()) return;
        EXPECT_FALSE(socket.half_closed) << "twice";
        socket.half_closed = true;
        stream.half_closed();
    }

    static wire::MessagePtr next_frame(ResumableStream& stream) {
        const bool due = stream.frame_due();
        auto frame = stream.next_frame();
        EXPECT_EQ(due, static_cast<bool>(frame));
        return frame;
    }

    void transmit() {
        if (const auto number = client_.connection()) {
            for (auto count = below(5); count > 0; --count)
                if (auto frame = next_frame(client_)) connections_[number].to_host.push_back(frame);
        }
        if (!host_ || host_->connection() == 0) return;
        for (auto count = below(5); count > 0; --count)
            if (auto frame = next_frame(*host_))
                connections_[host_->connection()].to_client.push_back(frame);
    }

    // On any connection: frames of old ones arrive late, among those of the current one.
    void deliver() {
        if (connections_.empty()) return;
        const bool newest = below(2) == 0;
        const auto count = static_cast<std::uint32_t>(connections_.size());
        const ConnectionNumber number = newest ? count : 1 + below(count);
        Connection& connection = connections_[number];
        if (!connection.to_host.empty()) {
            if (connection.host_open) arrive(number, connection.to_host.front());
            connection.to_host.pop_front();
        }
        if (!connection.to_client.empty()) {
            if (number != client_.connection()) ++late_;
            client_.received(number, connection.to_client.front()->payload());
            connection.to_client.pop_front();
        }
    }

    // As the host's owner: greetings first, which name the stream.
    void arrive(ConnectionNumber number, const wire::MessagePtr& message) {
        const Frame frame = decode(message->payload()).value();
        auto arrival = ResumableStream::Arrival::accepted;
        if (const auto* open = std::get_if<Open>(&frame)) {
            if (!host_) host_.emplace(*open, host_settings_, now_);
            arrival = host_->arrived(number, *open);
        } else if (const auto* resume = std::get_if<Resume>(&frame)) {
            arrival = host_->arrived(number, *resume);
        } else {
            if (number != host_->connection()) ++late_;
            host_->received(number, message->payload());
        }
        if (arrival == ResumableStream::Arrival::accepted) return;
        EXPECT_EQ(arrival, ResumableStream::Arrival::stale);
        connections_[number].host_open = false;
    }

    void check_memory() {
        ASSERT_LE(client_.memory(), 2 * (settings_.buffer + 2 * settings_.chunk));
        if (!host_) return;
        ASSERT_LE(host_->memory(), 2 * (host_settings_.buffer + 2 * host_settings_.chunk));
    }

    std::mt19937 random_;
    SteadyTime now_{};
    StreamSettings settings_;
    StreamSettings host_settings_ = some_settings();
    ResumableStream client_;
    std::optional<ResumableStream> host_;
    Socket client_socket_, host_socket_;
    std::map<ConnectionNumber, Connection> connections_;
    int late_ = 0;
};

TEST(ResumableStreamProperty, EveryByteArrivesOnceAndInOrderOverConnectionsThatAreCut) {
    int connections = 0, late_frames = 0;
    for (unsigned seed = 1; seed <= 10'000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Simulation simulation(seed);
        simulation.run();
        simulation.check();
        if (HasFailure()) return;
        connections += simulation.connections();
        late_frames += simulation.late_frames();
    }
    EXPECT_GT(connections, 50'000) << "the test must meet cuts";
    EXPECT_GT(late_frames, 10'000) << "and late frames";
}

}  // namespace
}  // namespace relay::shell_stream
