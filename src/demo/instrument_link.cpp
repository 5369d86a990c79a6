// SPDX-License-Identifier: Apache-2.0
#include "demo/instrument_link.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace relay::demo {
namespace {

using namespace std::chrono_literals;

// Half a second: measurements older than that are worth less than the ones behind them.
constexpr std::size_t most_waiting = 25;

uplink::Target target_at(std::uint16_t host_port, const std::string& feed) {
    return {
        .urls = {{.scheme = "ws", .host = "127.0.0.1", .port = host_port, .target = "/ws/" + feed}},
        .token = {},
        .token_file = {}};
}

uplink::Settings settings() {
    uplink::Settings made;
    made.name = "pendulum";
    made.websocket.user_agent = "relay demo";
    made.websocket.close_timeout = 500ms;
    made.retry = {.shortest = 100ms, .longest = 1000ms, .lasting = 1000ms};
    return made;
}

std::string_view text_of(const wire::Message& message) {
    const auto bytes = message.payload();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

InstrumentLink::InstrumentLink(boost::asio::io_context& context, std::uint16_t host_port,
                               const std::string& feed, WallClock clock)
    : clock_(std::move(clock)),
      timer_(context),
      uplink_(context, target_at(host_port, feed), settings(), *this) {
    tick_at(std::chrono::steady_clock::now());
}

void InstrumentLink::stop() {
    timer_.cancel();
    uplink_.stop();
}

// The simulation goes on without a connection, so that numbers tell what was missed.
void InstrumentLink::tick_at(SteadyTime time) {
    timer_.expires_at(time);
    timer_.async_wait([this, time](const boost::system::error_code& error) {
        if (error) return;
        // Dated when it was due: the simulated motion does not stutter when the machine is busy.
        const auto now = std::chrono::steady_clock::now();
        send(instrument_.next_sample(clock_() - (now - time)));
        // After a suspension of the machine it does not catch up.
        tick_at(std::max(time + Pendulum::interval, now - 1s));
    });
}

void InstrumentLink::send(std::string_view text) {
    if (!connected_) return;
    if (waiting_.size() == most_waiting) waiting_.pop_front();
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    waiting_.push_back(wire::Message::copy_of({bytes, text.size()}, wire::MessageType::text));
    uplink_.notify();
}

void InstrumentLink::on_connected() {
    connected_ = true;
}

void InstrumentLink::on_disconnected() {
    connected_ = false;
    waiting_.clear();
}

void InstrumentLink::on_message(wire::MessagePtr message) {
    if (const auto answer = instrument_.obey(text_of(std::as_const(*message)))) send(*answer);
}

void InstrumentLink::gather(std::vector<wire::MessagePtr>& into, std::size_t) {
    std::ranges::move(waiting_, std::back_inserter(into));
    waiting_.clear();
}

}  // namespace relay::demo
