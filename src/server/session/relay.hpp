// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/session/endpoint.hpp"
#include "server/session/shard.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace relay::server {

// The live sessions of the process, with the stats topic: the shards of all io threads, and the
// way to them. Its calls come from any thread unless they say otherwise; destroy it when the io
// threads have stopped. What it is made with has to outlive it.
class SessionRelay {
public:
    // `split`: members above which a topic spreads over threads. `on_stats_command`: see
    // SessionContext.
    SessionRelay(net::IoThreads& threads, const Gate& gate, access::Admission& admission,
                 MemberCount& members, const net::WebSocketLimits& limits, std::size_t split,
                 WallClock clock, std::function<void()> on_stats_command);

    SessionEndpoint& endpoint() { return endpoint_; }

    // One who passed another endpoint joins the topic of its grant.
    void admit(SessionArrival arrival);

    void close_booking(const std::string& booking_id);
    void close_all(wire::CloseCode code, std::string_view reason);

    bool anybody_reads_stats() const { return context_.stats_members > 0; }
    void deliver_stats(const wire::MessagePtr& report);
    // On that thread: its part.
    void append_reports(const net::IoThread& thread, std::vector<ConnectionReport>& reports) const;

private:
    void on_each(const std::function<void(SessionShard&)>& function);

    net::IoThreads& threads_;
    hub::TopicDirectory directory_;
    SessionContext context_;
    std::vector<std::unique_ptr<SessionShard>> shards_;
    SessionEndpoint endpoint_;
};

}  // namespace relay::server
