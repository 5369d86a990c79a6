// SPDX-License-Identifier: Apache-2.0
#include "server/session/member.hpp"

#include "server/session/shard.hpp"

namespace relay::server {

SessionMember::SessionMember(SessionShard& shard, SessionArrival arrival,
                             const net::WebSocketLimits& limits, MemberCount& count, WallTime now)
    : counted_(count),
      shard_(shard),
      seat_(std::move(arrival.seat)),
      booking_id_(std::move(arrival.grant.booking_id)),
      remote_address_(std::move(arrival.remote_address)),
      user_agent_(std::move(arrival.user_agent)),
      scopes_(std::move(arrival.grant.scopes)),
      can_read_(arrival.grant.can_read),
      can_write_(arrival.grant.can_write),
      watches_audience_(arrival.asks_audience && can_write_ && seat_.topic->name != stats_topic),
      connected_(now),
      expires_(arrival.grant.expires),
      connection_(shard.thread(), std::move(arrival.handover.socket), limits, *this),
      part_(&shard.hub().join(seat_.topic, connection_, can_read_)),
      handshake_answer_(std::move(arrival.handshake_answer)),
      received_(std::move(arrival.handover.received)) {}

SessionMember::~SessionMember() {
    if (watches_audience_) shard_.hub().unwatch(*part_, *this);
    shard_.hub().leave(*part_, connection_);
    shard_.directory().leave(seat_);
}

void SessionMember::start() {
    connection_.expire_at(std::chrono::steady_clock::now() + (expires_ - connected_));
    connection_.start(std::exchange(handshake_answer_, {}), std::exchange(received_, {}));
    if (!watches_audience_) return;
    shard_.hub().watch(*part_, *this);
    connection_.ping();
}

void SessionMember::on_message(wire::MessagePtr message, bool more_coming) {
    if (!can_write_) return;
    if (topic() == stats_topic) shard_.on_stats_command(*message);
    shard_.hub().publish(*part_, message, &connection_, more_coming);
}

void SessionMember::on_closed(wire::CloseCode code, std::string_view reason) {
    shard_.remove(*this, code, reason);
}

// The member itself, if it may read, is no audience.
std::size_t SessionMember::other_readers() const {
    return part_->readers() - (can_read_ ? 1 : 0);
}

std::string SessionMember::ping_payload() {
    if (!watches_audience_) return {};
    const std::size_t readers = other_readers();
    told_of_readers_ = readers > 0;
    return "readers=" + std::to_string(readers);
}

void SessionMember::on_audience_changed() {
    if ((other_readers() > 0) != told_of_readers_) connection_.ping();
}

ConnectionReport SessionMember::report(SteadyTime now) const {
    ConnectionReport report{.topic = topic(),
                            .remote_address = remote_address_,
                            .user_agent = user_agent_,
                            .scopes = scopes_,
                            .can_read = can_read_,
                            .can_write = can_write_,
                            .connected = connected_,
                            .expires = expires_};
    add_traffic(report, connection_, now);
    return report;
}

}  // namespace relay::server
