// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log.hpp"
#include "net/test_peer.hpp"
#include "uplink/uplink.hpp"
#include "wire/frame_writer.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// An uplink whose endpoint writes down what happens, towards servers of the test.
namespace relay::uplink::test {

using namespace net::test;
using Steady = std::chrono::steady_clock;

// Writes down what happens to it.
class Recorder final : public Endpoint {
public:
    void on_connected() override { events.push_back("connected"); }
    void on_disconnected() override {
        events.push_back("disconnected");
        waiting.clear();
    }
    void on_message(wire::MessagePtr message) override {
        const auto payload = message->payload();
        events.emplace_back(payload.begin(), payload.end());
    }
    void on_refused(const Error& error) override { events.push_back("refused: " + error.detail); }
    void on_audience(std::size_t readers) override {
        events.push_back("readers " + std::to_string(readers));
    }
    void gather(std::vector<wire::MessagePtr>& into, std::size_t) override {
        into.insert(into.end(), waiting.begin(), waiting.end());
        waiting.clear();
    }
    void queue(std::string_view text) {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
        waiting.push_back(wire::Message::copy_of({bytes, text.size()}, wire::MessageType::text));
    }

    std::vector<std::string> events;
    std::vector<wire::MessagePtr> waiting;
};

inline std::string frame(std::string_view payload,
                         wire::MessageType type = wire::MessageType::text) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(payload.data());
    const auto message = wire::Message::copy_of({bytes, payload.size()}, type);
    const auto encoded = message->encoded();
    return {encoded.begin(), encoded.end()};
}

class UplinkTest : public testing::Test {
protected:
    UplinkTest() {
        settings_.name = "test";
        settings_.retry = {.shortest = 2ms, .longest = 8ms, .lasting = 1h};
        settings_.websocket.close_timeout = 100ms;
        if (!log::configure({.level = log::Level::warn, .file = log_file_.string()}))
            throw std::runtime_error("no log file");
    }
    ~UplinkTest() override {
        static_cast<void>(log::configure({.level = log::Level::off, .file = {}}));
        std::filesystem::remove(log_file_);
    }

    std::string logged_text() const {
        std::ifstream stream(log_file_);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    void start(const std::string& url, Secret token = Secret(),
               std::filesystem::path token_file = {}) {
        auto target = make_target(url, std::move(token), std::move(token_file));
        if (!target) throw std::runtime_error(target.error().detail);
        uplink_ =
            std::make_unique<Uplink>(loop_.context(), std::move(*target), settings_, recorder_);
    }

    void stop() {
        bool ended = false;
        uplink_->stop([&] { ended = true; });
        loop_.run_until([&] { return ended; });
    }

    bool finish() {
        std::optional<bool> result;
        uplink_->finish([&](bool all_left) { result = all_left; });
        loop_.run_until([&] { return result.has_value(); });
        return *result;
    }

    // Upgrades and sends; then keeps the connection until the client ends it.
    Server serving(std::string frames) {
        return Server(loop_.context(), [frames](tcp::socket& socket) -> awaitable<void> {
            const std::string header = co_await read_header(socket);
            co_await write_text(socket, upgrade_answer(header) + frames);
            co_await read_to_end(socket);
        });
    }

    std::filesystem::path log_file_ =
        std::filesystem::temp_directory_path() / ("relay-uplink-log-" + random_uuid());
    Loop loop_;
    Settings settings_;
    Recorder recorder_;
    std::unique_ptr<Uplink> uplink_;
};

}  // namespace relay::uplink::test
