// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/admission.hpp"
#include "hub/hub.hpp"
#include "server/member_count.hpp"
#include "server/session/member.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace relay::server {

// What all shards share and are told of; outlives them.
struct SessionContext {
    access::Admission& admission;
    hub::TopicDirectory& directory;
    const net::WebSocketLimits& limits;
    MemberCount& members;
    WallClock clock;
    std::function<void()> on_stats_command;      // an `update` was asked for; any shard's thread
    std::atomic<std::size_t> stats_members = 0;  // of all shards
};

// One io thread's share of the relay: its part of the topics and the members who live on it. Every
// call on its thread.
class SessionShard {
public:
    SessionShard(net::IoThread& thread, SessionContext& context, hub::Hub::Forward forward,
                 hub::Hub::ForwardAudience forward_audience);
    ~SessionShard();

    // Joins the client to its topic, then tells it so. Refuses one whose booking was denied
    // meanwhile.
    void accept(SessionArrival arrival);

    void close_booking(const std::string& booking_id);
    void close_all(wire::CloseCode code, std::string_view reason);
    void deliver_stats(const wire::MessagePtr& report);
    void append_reports(std::vector<ConnectionReport>& reports) const;

    // For members.
    net::IoThread& thread() { return thread_; }
    hub::Hub& hub() { return hub_; }
    hub::TopicDirectory& directory() { return context_.directory; }
    void on_stats_command(const wire::Message& message);
    void remove(SessionMember& member, wire::CloseCode code, std::string_view reason);

private:
    void forget(SessionMember& member);

    net::IoThread& thread_;
    SessionContext& context_;
    hub::Hub hub_;
    std::vector<std::unique_ptr<SessionMember>> members_;
    std::unordered_multimap<std::string_view, SessionMember*> bookings_;  // keys are in the members
    std::vector<SessionMember*> stats_members_;
};

}  // namespace relay::server
