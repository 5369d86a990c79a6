// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/feeds/feed.hpp"
#include "media/ts_packetizer.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

namespace relay::host {

// One publisher of a feed's MPEG-TS, however it comes here: its bytes become messages of the feed,
// one per picture, that go out when the picture ends or after a silence. On the executor's thread,
// which is the feed's.
class TsPublisher : public std::enable_shared_from_this<TsPublisher> {
public:
    // Takes the feed's seat until destruction. Errc::conflict while another publisher sends, unless
    // `takeover`.
    static Result<std::shared_ptr<TsPublisher>> begin(const boost::asio::any_io_executor& executor,
                                                      std::shared_ptr<Feed> feed,
                                                      std::chrono::milliseconds flush_after,
                                                      bool takeover = false);
    ~TsPublisher();

    // False when another publisher has taken over: nothing was published.
    bool push(std::span<const std::uint8_t> bytes);

    // At the end of the stream: publishes what is whole. False when there was no MPEG-TS in what
    // came.
    bool finish();

private:
    TsPublisher(const boost::asio::any_io_executor& executor, PublisherSeat seat,
                std::chrono::milliseconds flush_after);
    void publish_ready();
    void follow_silence(SteadyTime now);
    void await_silence(SteadyTime until);
    void on_silence();
    void count();
    void log_flaws() const;

    PublisherSeat seat_;
    media::TsPacketizer packetizer_;
    boost::asio::steady_timer silence_;
    SteadyTime silence_until_ = SteadyTime::max();  // when that timer fires; max: it does not run
    SteadyTime flush_at_{};                         // unless more comes before
    std::chrono::milliseconds flush_after_;
    Feed::Flaws flaws_;  // as far as the feed knows of them
    media::StreamCounts contents_;
};

}  // namespace relay::host
