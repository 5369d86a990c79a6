// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log.hpp"
#include "host/host.hpp"
#include "media/ts_packet_builder.hpp"
#include "net/http_client.hpp"
#include "uplink/uplink.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Hosts over real sockets; the far side of a destination is the feed of a second host.
namespace relay::host::test {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using media::test::Bytes;
using media::test::text_of;
using media::test::TsBuilder;
using media::test::operator+;

// A program on a WebSocket.
class Client final : public uplink::Endpoint {
public:
    Client(asio::io_context& context, const std::string& url)
        : link_(context, *uplink::make_target(url, Secret(), ""), {}, *this) {}

    std::vector<std::string> received;
    std::vector<wire::MessageType> types;
    bool connected = false;

    void send(const std::string& text, wire::MessageType type = wire::MessageType::text) {
        waiting_.push_back(wire::Message::copy_of(
            {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, type));
        link_.notify();
    }
    std::string last_error() const { return link_.status().last_error; }

    void on_connected() override { connected = true; }
    void on_disconnected() override { connected = false; }
    void on_message(wire::MessagePtr message) override {
        received.emplace_back(message->payload().begin(), message->payload().end());
        types.push_back(message->type());
    }
    void gather(std::vector<wire::MessagePtr>& into, std::size_t) override {
        for (auto& message : waiting_) into.push_back(std::move(message));
        waiting_.clear();
    }

private:
    std::deque<wire::MessagePtr> waiting_;
    uplink::Uplink link_;
};

inline Config quick() {
    Config config;
    config.port = 0;
    config.relays.retry_min = 10ms;
    config.relays.retry_max = 50ms;
    return config;
}

struct HostTest : testing::Test {
    asio::io_context context;
    Host host{quick()};
    Host far{quick()};
    std::uint16_t port = 0;
    std::uint16_t far_port = 0;
    TsBuilder build;

    void SetUp() override {
        ASSERT_TRUE(log::configure({.level = log::Level::off, .file = {}}));
        port = host.start().value();
        far_port = far.start().value();
    }
    // Lets the clients answer close frames, for which the hosts would wait.
    void TearDown() override {
        context.restart();
        context.run_for(5s);
    }

    std::string address(const std::string& path) {
        return "://127.0.0.1:" + std::to_string(port) + path;
    }
    std::string far_address(const std::string& path) {
        return "://127.0.0.1:" + std::to_string(far_port) + path;
    }

    template <class Condition>
    testing::AssertionResult wait_until(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline)
                return testing::AssertionFailure() << "not within 10 s; status " << host.status();
            context.restart();
            context.run_one_for(5ms);
        }
        return testing::AssertionSuccess();
    }

    net::HttpResponse ask(std::string method, const std::string& path, std::string body = "",
                          net::HttpFields fields = {}) {
        std::optional<Result<net::HttpResponse>> answer;
        asio::co_spawn(context,
                       net::http_request(*net::parse_url("http" + address(path)), std::move(method),
                                         std::move(fields), std::move(body), {}),
                       [&](std::exception_ptr, Result<net::HttpResponse> response) {
                           answer = std::move(response);
                       });
        EXPECT_TRUE(wait_until([&] { return answer.has_value(); }));
        if (answer && *answer) return std::move(**answer);
        net::HttpResponse none;
        none.status = 0;
        if (answer) none.body = answer->error().detail;
        return none;
    }

    Destination to_far(std::string stream, const std::string& feed) {
        return {"0", std::move(stream), "ws" + far_address("/ws/" + feed), {}, {}};
    }
    bool is_connected() { return host.status().contains(R"("state":"connected")"); }
};

}  // namespace relay::host::test
