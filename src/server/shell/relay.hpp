// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config.hpp"
#include "server/shell/endpoint.hpp"
#include "server/shell/shard.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace relay::server {

// The byte streams of the process: the shards of all io threads, and the way to them. Its calls
// come from any thread unless they say otherwise; destroy it when the io threads have stopped.
// What it is made with has to outlive it.
class ShellRelay {
public:
    struct Parts {
        net::IoThreads& threads;
        const Gate& gate;
        access::Admission& admission;
        AuditLog& audit;
        MemberCount& members;
    };
    // `admit_to_stats` gets who has come to the stats topic this way.
    ShellRelay(const Config& config, Parts parts, WallClock clock,
               std::function<void(Arrival)> admit_to_stats);

    ShellEndpoint& endpoint() { return endpoint_; }

    // Whether a host of the topic is connected.
    bool has_host(const std::string& topic) const;

    // One who passed the endpoint; its URI and subprotocol are settled.
    void admit(ShellArrival arrival);

    void close_booking(const std::string& booking_id);
    void close_all(wire::CloseCode code, std::string_view reason);
    // On that thread: its part.
    void append_reports(const net::IoThread& thread, std::vector<ConnectionReport>& reports) const;

private:
    void on_each(const std::function<void(ShellShard&)>& function);

    net::IoThreads& threads_;
    const std::function<void(Arrival)> admit_to_stats_;
    ShellContext context_;
    std::vector<std::unique_ptr<ShellShard>> shards_;
    ShellEndpoint endpoint_;
};

}  // namespace relay::server
