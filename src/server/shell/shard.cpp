// SPDX-License-Identifier: Apache-2.0
#include "server/shell/shard.hpp"

#include "base/log.hpp"
#include "base/time_text.hpp"

namespace relay::server {

using wire::CloseCode;

namespace {
constexpr std::string_view host_has_left = "the host has left";
constexpr std::string_view booking_denied = "the booking was denied";
}  // namespace

ShellShard::~ShellShard() {
    for (const auto& [id, circuit] : circuits_) leave_record(*circuit);
}

void ShellShard::accept(ShellArrival arrival) {
    switch (arrival.grant.role) {
        case auth::Role::host:
            return accept_manager(std::move(arrival));
        case auth::Role::client:
            return accept_client(std::move(arrival));
        case auth::Role::host_end:
            return accept_host_end(std::move(arrival));
        case auth::Role::member:
            return;  // of the stats topic, which is not here
    }
}

// ---- managers

void ShellShard::accept_manager(ShellArrival arrival) {
    const int socket = arrival.handover.socket.number();
    const std::string topic = arrival.grant.topic;
    const ManagerDirectory::Entry entry{.number = ++context_.last_manager,
                                        .resumes = arrival.resumes};
    log::info("host connected", {{"topic", topic},
                                 {"booking_id", arrival.grant.booking_id},
                                 {"remote_addr", arrival.remote_address},
                                 {"user_agent", arrival.user_agent},
                                 {"resumes", arrival.resumes},
                                 {"expires_at", format_time(arrival.grant.expires)}});
    auto owned = std::make_unique<Manager>(*this, std::move(arrival), entry.number);
    Manager& manager = *owned;
    managers_.emplace(entry.number, std::move(owned));
    // Registered first, asked second: a denial that this does not see finds the manager here.
    if (context_.admission.is_denied(manager.grant().booking_id)) {
        refuse_late(socket, 403, booking_denied);
        managers_.erase(entry.number);
        return;
    }
    if (const auto replaced = context_.managers.put(topic, entry)) {
        const auto found = managers_.find(replaced->number);
        if (found != managers_.end())
            found->second->close(CloseCode::replaced, "a newer host has taken this topic over");
    }
    manager.start();
}

void ShellShard::remove(Manager& manager, CloseCode code, std::string_view reason) {
    const std::uint64_t number = manager.number();
    log::info("host disconnected", {{"topic", manager.grant().topic},
                                    {"code", static_cast<unsigned>(code)},
                                    {"reason", reason}});
    context_.managers.erase(manager.grant().topic, number);
    managers_.erase(number);
    // Nobody who asks for it from now on finds it; those who have asked are told.
    for (std::size_t thread = 0; thread < context_.threads; ++thread)
        context_.run_on(thread, [number](ShellShard& shard) { shard.manager_left(number); });
}

void ShellShard::manager_left(std::uint64_t number) {
    for (const auto& [id, circuit] : circuits_)
        if (circuit->awaits_manager(number)) circuit->close(CloseCode::no_such_host, host_has_left);
}

void ShellShard::alert(std::uint64_t manager, ConnectAlert alert) {
    const std::size_t thread = context_.thread_of(alert.topic);
    context_.run_on(thread, [manager, moved = std::move(alert)](ShellShard& shard) {
        shard.tell(manager, moved);
    });
}

void ShellShard::tell(std::uint64_t manager, const ConnectAlert& alert) {
    if (const auto found = managers_.find(manager); found != managers_.end()) {
        found->second->tell(alert);
        return;
    }
    const std::string& id = alert.connection_id;
    context_.run_on(context_.thread_of(id), [id](ShellShard& shard) { shard.host_left(id); });
}

void ShellShard::host_left(const std::string& connection_id) {
    const auto found = circuits_.find(connection_id);
    if (found != circuits_.end()) found->second->close(CloseCode::no_such_host, host_has_left);
}

void ShellShard::tell_ended(std::uint64_t manager, const std::string& connection_id) {
    if (const auto found = managers_.find(manager); found != managers_.end())
        found->second->tell_ended(connection_id);
}

// ---- circuits

void ShellShard::accept_client(ShellArrival arrival) {
    const int socket = arrival.handover.socket.number();
    const std::string id = arrival.grant.connection_id;
    auto owned = std::make_unique<Circuit>(*this, std::move(arrival));
    Circuit& circuit = *owned;
    circuits_.emplace(id, std::move(owned));
    // As for managers.
    if (context_.admission.is_denied(circuit.booking_id())) {
        refuse_late(socket, 403, booking_denied);
        circuits_.erase(id);
        return;
    }
    circuit.start();
}

void ShellShard::accept_host_end(ShellArrival arrival) {
    const auto found = circuits_.find(arrival.grant.connection_id);
    if (found == circuits_.end() || !found->second->awaits(arrival.grant.salt)) {
        refuse_late(arrival.handover.socket.number(), 404, "the client has gone");
        return;
    }
    found->second->join(std::move(arrival));
}

void ShellShard::host_is_unfit(const std::string& connection_id) {
    const auto found = circuits_.find(connection_id);
    if (found != circuits_.end())
        found->second->close(CloseCode::peer_lost, "the host does not offer relay.resume.v1");
}

void ShellShard::remove(Circuit& circuit) {
    const std::string id = circuit.id();
    leave_record(circuit);
    circuits_.erase(id);
}

void ShellShard::tell_of_end(const Circuit& circuit) {
    const auto manager = context_.managers.find(circuit.topic());
    if (!manager) return;
    context_.run_on(context_.thread_of(circuit.topic()),
                    [number = manager->number, id = circuit.id()](ShellShard& shard) {
                        shard.tell_ended(number, id);
                    });
}

void ShellShard::leave_record(const Circuit& circuit) {
    context_.audit.write(circuit.record());
}

// ---- all

void ShellShard::close_booking(const std::string& booking_id) {
    for (const auto& [number, manager] : managers_)
        if (manager->grant().booking_id == booking_id)
            manager->close(CloseCode::denied, booking_denied);
    for (const auto& [id, circuit] : circuits_)
        if (circuit->booking_id() == booking_id) circuit->close(CloseCode::denied, booking_denied);
}

void ShellShard::close_all(CloseCode code, std::string_view reason) {
    for (const auto& [number, manager] : managers_) manager->close(code, reason);
    for (const auto& [id, circuit] : circuits_) circuit->close(code, reason);
}

void ShellShard::append_reports(std::vector<ConnectionReport>& reports) const {
    const auto now = std::chrono::steady_clock::now();
    for (const auto& [number, manager] : managers_) reports.push_back(manager->report(now));
    for (const auto& [id, circuit] : circuits_) circuit->append_reports(reports, now);
}

}  // namespace relay::server
