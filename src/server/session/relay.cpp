// SPDX-License-Identifier: Apache-2.0
#include "server/session/relay.hpp"

namespace relay::server {

SessionRelay::SessionRelay(net::IoThreads& threads, const Gate& gate, access::Admission& admission,
                           MemberCount& members, const net::WebSocketLimits& limits,
                           std::size_t split, WallClock clock,
                           std::function<void()> on_stats_command)
    : threads_(threads),
      directory_(threads.size(), split),
      context_(admission, directory_, limits, members, std::move(clock),
               std::move(on_stats_command)),
      endpoint_(gate, [this](SessionArrival arrival) { admit(std::move(arrival)); }) {
    for (std::size_t i = 0; i < threads_.size(); ++i) {
        shards_.push_back(std::make_unique<SessionShard>(
            threads_[i], context_,
            [this](auto thread, auto topic, auto message, auto delivery) {
                threads_[thread].post(
                    [this, thread, topic = std::move(topic), message = std::move(message),
                     delivery] { shards_[thread]->hub().receive(topic, message, delivery); });
            },
            [this](auto thread, auto topic) {
                threads_[thread].post([this, thread, topic = std::move(topic)] {
                    shards_[thread]->hub().tell_watchers(topic);
                });
            }));
    }
}

void SessionRelay::admit(SessionArrival arrival) {
    arrival.seat = directory_.join(arrival.grant.topic);
    const std::size_t thread = arrival.seat.thread;
    threads_[thread].post([this, thread, moved = std::move(arrival)]() mutable {
        shards_[thread]->accept(std::move(moved));
    });
}

void SessionRelay::on_each(const std::function<void(SessionShard&)>& function) {
    for (std::size_t i = 0; i < shards_.size(); ++i)
        threads_[i].post([this, i, function] { function(*shards_[i]); });
}

void SessionRelay::close_booking(const std::string& booking_id) {
    on_each([booking_id](SessionShard& shard) { shard.close_booking(booking_id); });
}

void SessionRelay::close_all(wire::CloseCode code, std::string_view reason) {
    on_each(
        [code, text = std::string(reason)](SessionShard& shard) { shard.close_all(code, text); });
}

void SessionRelay::deliver_stats(const wire::MessagePtr& report) {
    on_each([report](SessionShard& shard) { shard.deliver_stats(report); });
}

void SessionRelay::append_reports(const net::IoThread& thread,
                                  std::vector<ConnectionReport>& reports) const {
    shards_[thread.index()]->append_reports(reports);
}

}  // namespace relay::server
