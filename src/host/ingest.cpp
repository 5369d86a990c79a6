// SPDX-License-Identifier: Apache-2.0
#include "host/ingest.hpp"

#include "base/log.hpp"
#include "media/ts_packetizer.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <string>
#include <utility>
#include <vector>

namespace relay::host {
namespace {

namespace asio = boost::asio;

constexpr std::size_t read_size = 64 * 1024;

// One publisher's stream between the body and the feed. Shared with its timer's handler only, which
// may already be on its way when the body ends.
class TsPublisher : public std::enable_shared_from_this<TsPublisher> {
public:
    TsPublisher(const asio::any_io_executor& executor, PublisherSeat seat,
                std::chrono::milliseconds flush_after)
        : seat_(std::move(seat)), silence_(executor), flush_after_(flush_after) {}

    // False when another publisher has taken over: nothing was published.
    bool push(std::span<const std::uint8_t> bytes) {
        if (!seat_.is_mine()) return false;
        seat_.heard(std::chrono::steady_clock::now());
        packetizer_.push(bytes);
        publish_ready();
        count_flaws();
        if (packetizer_.holds_packets()) await_silence();
        return true;
    }

    // False when there was no MPEG-TS in what came.
    bool finish() {
        silence_.cancel();
        packetizer_.finish();
        if (seat_.is_mine()) publish_ready();
        count_flaws();
        log_flaws();
        return has_published_ || flaws_.discarded_bytes == 0;
    }

private:
    void publish_ready() {
        const SteadyTime now = std::chrono::steady_clock::now();
        while (const auto bytes = packetizer_.next()) {
            const auto message = wire::Message::copy_of(*bytes, wire::MessageType::binary);
            seat_.feed().publish(message, nullptr, now);
            has_published_ = true;
        }
    }

    void await_silence() {
        silence_.expires_after(flush_after_);
        silence_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
            const auto self = weak.lock();
            if (error || !self || !self->seat_.is_mine()) return;
            self->packetizer_.flush();
            self->publish_ready();
        });
    }

    void count_flaws() {
        const Feed::Flaws known = flaws_;
        flaws_ = {.discarded_bytes = packetizer_.discarded_bytes(),
                  .continuity_errors = packetizer_.continuity_errors()};
        seat_.feed().add_flaws(
            {.discarded_bytes = flaws_.discarded_bytes - known.discarded_bytes,
             .continuity_errors = flaws_.continuity_errors - known.continuity_errors});
    }

    void log_flaws() const {
        if (flaws_.discarded_bytes == 0 && flaws_.continuity_errors == 0) return;
        log::warn("flawed MPEG-TS", {{"feed", seat_.feed().name()},
                                     {"discarded_bytes", flaws_.discarded_bytes},
                                     {"continuity_errors", flaws_.continuity_errors}});
    }

    PublisherSeat seat_;
    media::TsPacketizer packetizer_;
    asio::steady_timer silence_;
    std::chrono::milliseconds flush_after_;
    Feed::Flaws flaws_;
    bool has_published_ = false;
};

net::HttpResponse accepted() {
    return {.content_type = "text/plain; charset=utf-8"};
}

net::HttpResponse no_video() {
    return net::error_response(415, "there was no MPEG-TS in the body");
}

asio::awaitable<void> respond(net::HttpExchange& exchange, net::HttpResponse response) {
    (void)co_await exchange.respond(std::move(response));  // the peer may have left: no matter
}

}  // namespace

asio::awaitable<void> ingest(net::HttpExchange& exchange, std::shared_ptr<Feed> feed,
                             std::chrono::milliseconds flush_after) {
    const bool takeover = exchange.request().query("takeover").has_value();
    const std::string name = feed->name();
    auto seat = PublisherSeat::take(std::move(feed), std::chrono::steady_clock::now(), takeover);
    if (!seat) {
        co_await respond(exchange, net::error_response(409, seat.error().detail));
        co_return;
    }
    log::info("publisher began", {{"feed", name}});
    const auto executor = co_await asio::this_coro::executor;
    const auto publisher = std::make_shared<TsPublisher>(executor, std::move(*seat), flush_after);
    std::vector<std::uint8_t> buffer(read_size);
    for (;;) {
        const auto size = co_await exchange.read_some(buffer);
        if (size && *size > 0) {
            if (publisher->push(std::span(buffer).first(*size))) continue;
            co_await respond(exchange, net::error_response(409, "another publisher took over"));
            break;
        }
        const bool was_video = publisher->finish();
        if (size) co_await respond(exchange, was_video ? accepted() : no_video());
        break;
    }
    log::info("publisher ended", {{"feed", name}});
}

}  // namespace relay::host
