// SPDX-License-Identifier: Apache-2.0
#include "server/session/shard.hpp"

#include "base/log.hpp"
#include "base/time_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace relay::server {

namespace {

bool is_update(const wire::Message& message) {
    if (message.size() > 1024) return false;  // no command is so long, and parsing takes time here
    const auto payload = message.payload();
    const auto value = nlohmann::json::parse(payload.begin(), payload.end(), nullptr, false);
    return value.is_object() && value.value("cmd", nlohmann::json()) == "update";
}

}  // namespace

SessionShard::SessionShard(net::IoThread& thread, SessionContext& context,
                           hub::Hub::Forward forward, hub::Hub::ForwardAudience forward_audience)
    : thread_(thread),
      context_(context),
      hub_(thread.index(), std::move(forward), std::move(forward_audience)) {}

SessionShard::~SessionShard() = default;

void SessionShard::accept(SessionArrival arrival) {
    const int socket = arrival.handover.socket.number();
    log::info("new connection", {{"topic", arrival.seat.topic->name},
                                 {"booking_id", arrival.grant.booking_id},
                                 {"remote_addr", arrival.remote_address},
                                 {"user_agent", arrival.user_agent},
                                 {"can_read", arrival.grant.can_read},
                                 {"can_write", arrival.grant.can_write},
                                 {"expires_at", format_time(arrival.grant.expires)}});
    auto owned = std::make_unique<SessionMember>(*this, std::move(arrival), context_.limits,
                                                 context_.members, context_.clock());
    SessionMember& member = *owned;
    member.place = members_.size();
    members_.push_back(std::move(owned));
    if (!member.booking_id().empty()) bookings_.emplace(member.booking_id(), &member);
    if (member.topic() == stats_topic) {
        stats_members_.push_back(&member);
        ++context_.stats_members;
    }
    // Registered first, asked second: a denial that this does not see finds the member here.
    if (context_.admission.is_denied(member.booking_id())) {
        refuse_late(socket, 403, "the booking was denied");
        forget(member);
        return;
    }
    member.start();
}

void SessionShard::close_booking(const std::string& booking_id) {
    const auto [first, last] = bookings_.equal_range(booking_id);
    for (auto entry = first; entry != last; ++entry)
        entry->second->connection().close(wire::CloseCode::denied, "the booking was denied");
}

void SessionShard::close_all(wire::CloseCode code, std::string_view reason) {
    for (const auto& member : members_) member->connection().close(code, reason);
}

void SessionShard::deliver_stats(const wire::MessagePtr& report) {
    for (SessionMember* member : stats_members_)
        if (member->can_read()) member->connection().deliver(report, {});
}

void SessionShard::append_reports(std::vector<ConnectionReport>& reports) const {
    const auto now = std::chrono::steady_clock::now();
    for (const auto& member : members_) reports.push_back(member->report(now));
}

void SessionShard::on_stats_command(const wire::Message& message) {
    if (is_update(message)) context_.on_stats_command();
}

void SessionShard::remove(SessionMember& member, wire::CloseCode code, std::string_view reason) {
    log::info("connection closed", {{"topic", member.topic()},
                                    {"booking_id", member.booking_id()},
                                    {"code", static_cast<unsigned>(code)},
                                    {"reason", reason}});
    forget(member);
}

void SessionShard::forget(SessionMember& member) {
    const auto [first, last] = bookings_.equal_range(member.booking_id());
    const auto entry =
        std::find_if(first, last, [&](const auto& e) { return e.second == &member; });
    if (entry != last) bookings_.erase(entry);
    if (std::erase(stats_members_, &member)) --context_.stats_members;
    const std::size_t place = member.place;
    std::unique_ptr<SessionMember> gone = std::move(members_[place]);
    if (place + 1 < members_.size()) {
        members_[place] = std::move(members_.back());
        members_[place]->place = place;
    }
    members_.pop_back();
}

}  // namespace relay::server
