// SPDX-License-Identifier: Apache-2.0
#include "server/shell/relay.hpp"

namespace relay::server {

using namespace std::chrono_literals;

namespace {

// No end of a byte stream is to outlive the other by more than a second.
constexpr auto close_timeout = 700ms;

net::WebSocketLimits leg_limits(const Config& config) {
    return {.max_message = config.shell_max_message,
            .outbox = {.bytes = config.shell_queue, .overflow = hub::Overflow::wait},
            .ping_every = config.ping_every,
            .peer_timeout = config.peer_timeout,
            .close_timeout = close_timeout};
}

// Hosts say nothing and hear little.
net::WebSocketLimits manager_limits(const Config& config) {
    return {.max_message = 64 * 1024,
            .outbox = {.bytes = 256 * 1024, .data_age = config.peer_timeout},
            .ping_every = config.ping_every,
            .peer_timeout = config.peer_timeout,
            .close_timeout = close_timeout};
}

}  // namespace

ShellRelay::ShellRelay(const Config& config, Parts parts, WallClock clock,
                       std::function<void(Arrival)> admit_to_stats)
    : threads_(parts.threads),
      admit_to_stats_(std::move(admit_to_stats)),
      context_{.admission = parts.admission,
               .audit = parts.audit,
               .members = parts.members,
               .clock = std::move(clock),
               .host_wait = config.host_wait,
               .leg_limits = leg_limits(config),
               .manager_limits = manager_limits(config),
               .threads = parts.threads.size(),
               .run_on =
                   [this](std::size_t thread, auto function) {
                       threads_[thread].post([this, thread, moved = std::move(function)]() mutable {
                           moved(*shards_[thread]);
                       });
                   }},
      endpoint_(parts.gate, context_.managers, config.relay_fqdn,
                {.passed = [this](ShellArrival arrival) { admit(std::move(arrival)); },
                 .unfit_host =
                     [this](const std::string& id) {
                         context_.run_on(context_.thread_of(id),
                                         [id](ShellShard& shard) { shard.host_is_unfit(id); });
                     }}) {
    for (std::size_t i = 0; i < threads_.size(); ++i)
        shards_.push_back(std::make_unique<ShellShard>(threads_[i], context_));
}

bool ShellRelay::has_host(const std::string& topic) const {
    return context_.managers.find(topic).has_value();
}

void ShellRelay::admit(ShellArrival arrival) {
    const auth::Grant& grant = arrival.grant;
    if (grant.role == auth::Role::member) {
        admit_to_stats_(std::move(arrival));
        return;
    }
    const bool is_host = grant.role == auth::Role::host;
    const std::size_t thread = context_.thread_of(is_host ? grant.topic : grant.connection_id);
    context_.run_on(thread, [moved = std::move(arrival)](ShellShard& shard) mutable {
        shard.accept(std::move(moved));
    });
}

void ShellRelay::on_each(const std::function<void(ShellShard&)>& function) {
    for (std::size_t thread = 0; thread < shards_.size(); ++thread)
        context_.run_on(thread, function);
}

void ShellRelay::close_booking(const std::string& booking_id) {
    on_each([booking_id](ShellShard& shard) { shard.close_booking(booking_id); });
}

void ShellRelay::close_all(wire::CloseCode code, std::string_view reason) {
    on_each([code, text = std::string(reason)](ShellShard& shard) { shard.close_all(code, text); });
}

void ShellRelay::append_reports(const net::IoThread& thread,
                                std::vector<ConnectionReport>& reports) const {
    shards_[thread.index()]->append_reports(reports);
}

}  // namespace relay::server
