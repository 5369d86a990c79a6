// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log.hpp"
#include "base/temporary_folder_for_test.hpp"
#include "net/test_peer.hpp"
#include "shell_host/host.hpp"
#include "wire/frame_reader.hpp"
#include "wire/frame_writer.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// A host between a relay and a target of the test, all on one thread.
namespace relay::shell_host::test {

using namespace net::test;
using net::tuple_await;

inline wire::MessagePtr message_of(std::string_view text, wire::MessageType type) {
    return wire::Message::copy_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                                  type);
}

// A WebSocket of the host at the relay.
struct RelayEnd {
    std::string path;     // with its query
    std::string offered;  // subprotocols
    bool is_up = false;
    bool has_ended = false;
    std::vector<wire::MessagePtr> received;
    std::optional<wire::CloseCode> close_code;  // the host's
    std::string close_reason;
    tcp::socket* socket = nullptr;  // until it has ended

    std::string text() const {
        std::string joined;
        for (const auto& message : received)
            joined.append(message->payload().begin(), message->payload().end());
        return joined;
    }
    // Few bytes at a time: they go into the socket's buffer.
    void send(const wire::MessagePtr& message) const {
        const auto bytes = message->encoded();
        asio::write(*socket, asio::buffer(bytes.data(), bytes.size()));
    }
    void send(std::string_view text) const { send(message_of(text, wire::MessageType::binary)); }
    void close(wire::CloseCode code) const { send(wire::close_message(code, "")); }
};

// Takes WebSockets, and selects what they offer.
class FakeRelay {
public:
    explicit FakeRelay(asio::io_context& context)
        : gate_(context, asio::steady_timer::time_point::max()),
          server_(context, [this](tcp::socket& socket) { return serve(socket); }) {}

    std::string url(std::string_view path) const { return server_.url("ws", path); }
    int accepted() const { return server_.accepted(); }

    // Answers no handshake of a client's WebSocket before open_gate().
    void close_gate() { is_open_ = false; }
    void open_gate() {
        is_open_ = true;
        gate_.cancel();
    }
    bool selects = true;  // a subprotocol

    // The one whose path holds the text; null while there is none.
    RelayEnd* find(std::string_view text) {
        const auto found =
            std::ranges::find_if(ends_, [&](const auto& end) { return end->path.contains(text); });
        return found == ends_.end() ? nullptr : found->get();
    }

private:
    static constexpr std::string_view manager_path = "/shell/lab";

    awaitable<void> serve(tcp::socket& socket) {
        const std::string header = co_await read_header(socket);
        RelayEnd& end = *ends_.emplace_back(std::make_unique<RelayEnd>());
        end.path = header.substr(4, header.find(" HTTP") - 4);
        end.offered = field_of(header, "Sec-WebSocket-Protocol");
        end.socket = &socket;
        if (!is_open_ && end.path != manager_path) co_await gate_.async_wait(tuple_await);
        std::string answer = upgrade_answer(header);
        if (selects && !end.offered.empty())
            answer.insert(answer.size() - 2, "Sec-WebSocket-Protocol: " + end.offered + "\r\n");
        co_await write_text(socket, std::move(answer));
        end.is_up = true;
        co_await receive(end);
        end.has_ended = true;
        end.socket = nullptr;
    }

    static awaitable<void> receive(RelayEnd& end) {
        wire::FrameReader reader(wire::FrameReader::Role::server, 1 << 20);
        std::vector<std::uint8_t> buffer(4096);
        for (;;) {
            const auto [error, count] =
                co_await end.socket->async_read_some(asio::buffer(buffer), tuple_await);
            if (error) co_return;
            std::span<std::uint8_t> bytes(buffer.data(), count);
            while (!bytes.empty())
                if (!take(end, reader.next(bytes))) co_return;
        }
    }

    // Whether more is to come.
    static bool take(RelayEnd& end, wire::FrameEvent event) {
        using enum wire::FrameEvent::Kind;
        if (event.kind == message) end.received.push_back(event.message);
        if (event.kind != close) return event.kind != error;
        end.close_code = event.code;
        end.close_reason = event.reason;
        boost::system::error_code ignored;  // when the host has hung up
        const auto answer = wire::close_message(event.code, "");
        const auto encoded = answer->encoded();
        asio::write(*end.socket, asio::buffer(encoded.data(), encoded.size()), ignored);
        return false;
    }

    asio::steady_timer gate_;
    bool is_open_ = true;
    std::vector<std::unique_ptr<RelayEnd>> ends_;
    net::test::Server server_;
};

// A connection of the host at a target.
struct TargetEnd {
    std::string received;
    bool peer_ended = false;  // its direction
    std::optional<boost::system::error_code> failure;
    tcp::socket* socket = nullptr;  // until closed

    void send(std::string_view text) const { asio::write(*socket, asio::buffer(text)); }
    void end() const { socket->shutdown(tcp::socket::shutdown_send); }
    void reset() const {
        socket->set_option(asio::socket_base::linger(true, 0));
        socket->close();
    }
};

// Greets, as sshd does, and keeps its direction open when the host's ends.
class FakeTarget {
public:
    explicit FakeTarget(asio::io_context& context)
        : held_(context, asio::steady_timer::time_point::max()),
          server_(context, [this](tcp::socket& socket) { return serve(socket); }) {}

    std::uint16_t port() const { return server_.port(); }
    std::vector<std::unique_ptr<TargetEnd>> ends;
    std::string greeting = "SSH-2.0-test\r\n";

private:
    awaitable<void> serve(tcp::socket& socket) {
        TargetEnd& end = *ends.emplace_back(std::make_unique<TargetEnd>());
        end.socket = &socket;
        co_await write_text(socket, greeting);
        std::array<char, 4096> bytes;
        while (!end.failure && !end.peer_ended) {
            const auto [error, count] =
                co_await socket.async_read_some(asio::buffer(bytes), tuple_await);
            end.received.append(bytes.data(), count);
            end.peer_ended = error == asio::error::eof;
            if (error && !end.peer_ended) end.failure = error;
        }
        if (end.peer_ended) co_await held_.async_wait(tuple_await);
    }

    asio::steady_timer held_;
    net::test::Server server_;
};

// A port that refuses: held, so that nobody else listens there meanwhile.
class DeafPort {
public:
    explicit DeafPort(asio::io_context& context)
        : socket_(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

    TargetAddress address() const { return {"127.0.0.1", socket_.local_endpoint().port()}; }

private:
    tcp::socket socket_;
};

class HostTest : public testing::Test {
protected:
    static constexpr std::string_view code = "one-time-secret";

    HostTest() {
        if (!log::configure({.level = log::Level::debug, .file = log_file().string()}))
            throw std::runtime_error("no log file");
        options_.relay = *uplink::make_target(relay_.url("/shell/lab"), Secret(), {});
        options_.uplink.websocket.close_timeout = 200ms;
    }
    ~HostTest() override {
        stop();
        EXPECT_THAT(logged(), testing::Not(testing::HasSubstr(code)));
        static_cast<void>(log::configure({.level = log::Level::off, .file = {}}));
    }

    // With its manager connection.
    void start() {
        host_.emplace(loop_.context(), options_);
        loop_.run_until([&] { return host_->status().state == uplink::State::connected; });
        loop_.run_until([&] { return manager().is_up; });
    }
    void stop() {
        if (!host_) return;
        bool ended = false;
        host_->stop([&] { ended = true; });
        loop_.run_until([&] { return ended; });
        host_.reset();
    }

    RelayEnd& manager() { return *relay_.find("/shell/lab"); }
    void tell(const std::string& alert) {
        manager().send(message_of(alert, wire::MessageType::text));
    }
    std::string uri(const std::string& connection) {
        return relay_.url("/shell/lab/" + connection + "?code=" + std::string(code));
    }
    // `further`: members, each with a comma before it.
    void tell_connect(const std::string& connection, const std::string& further = "") {
        tell(R"({"action":"connect","uri":")" + uri(connection) + R"(","uuid":")" + connection +
             "\"" + further + "}");
    }
    void tell_disconnect(const std::string& connection) {
        tell(R"({"action":"disconnect","uri":"","uuid":")" + connection + "\"}");
    }

    // The WebSocket that the host opens for that client.
    RelayEnd& leg(const std::string& connection) {
        const std::string path = "/shell/lab/" + connection + "?";
        loop_.run_until([&] { return relay_.find(path) && relay_.find(path)->is_up; });
        return *relay_.find(path);
    }
    TargetEnd& target_end(std::size_t index = 0) {
        loop_.run_until([&] { return target_.ends.size() > index; });
        return *target_.ends[index];
    }
    void wait_for_text(const RelayEnd& end, std::string_view text) {
        loop_.run_until([&] { return end.text() == text; });
    }
    void wait_for_received(const TargetEnd& end, std::string_view text) {
        loop_.run_until([&] { return end.received == text; });
    }
    void wait_for_close(const RelayEnd& end) {
        loop_.run_until([&] { return end.has_ended; });
    }

    std::filesystem::path log_file() const { return folder_ / "log"; }
    std::string logged() const {
        std::ifstream stream(log_file());
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    TemporaryFolder folder_;
    Loop loop_;
    FakeRelay relay_{loop_.context()};
    FakeTarget target_{loop_.context()};
    Host::Options options_{
        .relay = {}, .uplink = {}, .targets = Targets({"127.0.0.1", target_.port()}), .limits = {}};
    std::optional<Host> host_;
};

}  // namespace relay::shell_host::test
