// SPDX-License-Identifier: Apache-2.0
#include "host/feeds/ts_publisher.hpp"

#include "base/log.hpp"

#include <utility>

namespace relay::host {

Result<std::shared_ptr<TsPublisher>> TsPublisher::begin(
    const boost::asio::any_io_executor& executor, std::shared_ptr<Feed> feed,
    std::chrono::milliseconds flush_after, bool takeover) {
    auto seat = PublisherSeat::take(std::move(feed), std::chrono::steady_clock::now(), takeover);
    if (!seat) return std::unexpected(seat.error());
    log::info("publisher began", {{"feed", seat->feed().name()}});
    return std::shared_ptr<TsPublisher>(new TsPublisher(executor, std::move(*seat), flush_after));
}

TsPublisher::TsPublisher(const boost::asio::any_io_executor& executor, PublisherSeat seat,
                         std::chrono::milliseconds flush_after)
    : seat_(std::move(seat)), silence_(executor), flush_after_(flush_after) {}

TsPublisher::~TsPublisher() {
    log::info("publisher ended", {{"feed", seat_.feed().name()}});
}

bool TsPublisher::push(std::span<const std::uint8_t> bytes) {
    if (!seat_.is_mine()) return false;
    const SteadyTime now = std::chrono::steady_clock::now();
    seat_.heard(now);
    packetizer_.push(bytes);
    publish_ready();
    follow_silence(now);
    return true;
}

bool TsPublisher::finish() {
    silence_.cancel();
    packetizer_.finish();
    if (seat_.is_mine()) publish_ready();
    count();
    log_flaws();
    return contents_.packets > 0 || flaws_.discarded_bytes == 0;
}

void TsPublisher::publish_ready() {
    const SteadyTime now = std::chrono::steady_clock::now();
    while (const auto bytes = packetizer_.next()) {
        const auto message = wire::Message::copy_of(*bytes, wire::MessageType::binary);
        seat_.feed().publish(message, nullptr, now);
    }
    count();
}

// Called at every piece of a picture, of which there are many: the timer is set when it would fire
// too late, and put off when there is nothing to flush, which costs less than a wake-up in vain.
void TsPublisher::follow_silence(SteadyTime now) {
    flush_at_ = now + flush_after_;
    if (packetizer_.holds_packets()) {
        if (silence_until_ > flush_at_) await_silence(flush_at_);
    } else if (silence_until_ <= flush_at_) {
        await_silence(now + std::chrono::seconds(1));
    }
}

void TsPublisher::await_silence(SteadyTime until) {
    silence_until_ = until;
    silence_.expires_at(until);
    silence_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (!error && self && self->seat_.is_mine()) self->on_silence();
    });
}

void TsPublisher::on_silence() {
    silence_until_ = SteadyTime::max();
    if (!packetizer_.holds_packets()) return;
    if (std::chrono::steady_clock::now() < flush_at_) return await_silence(flush_at_);
    packetizer_.flush();
    publish_ready();
}

// Tells the feed what came since it was last told.
void TsPublisher::count() {
    const Feed::Flaws told =
        std::exchange(flaws_, {.discarded_bytes = packetizer_.discarded_bytes(),
                               .continuity_errors = packetizer_.continuity_errors()});
    seat_.feed().add_flaws(
        {.discarded_bytes = flaws_.discarded_bytes - told.discarded_bytes,
         .continuity_errors = flaws_.continuity_errors - told.continuity_errors});
    media::StreamCounts added = packetizer_.counts();
    added -= std::exchange(contents_, packetizer_.counts());
    seat_.feed().add_contents(added);
}

void TsPublisher::log_flaws() const {
    if (flaws_.discarded_bytes == 0 && flaws_.continuity_errors == 0) return;
    log::warn("flawed MPEG-TS", {{"feed", seat_.feed().name()},
                                 {"discarded_bytes", flaws_.discarded_bytes},
                                 {"continuity_errors", flaws_.continuity_errors}});
}

}  // namespace relay::host
