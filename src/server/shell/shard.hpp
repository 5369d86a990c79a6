// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/admission.hpp"
#include "server/shell/audit_log.hpp"
#include "server/shell/circuit.hpp"
#include "server/shell/manager.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace relay::server {

class ShellShard;

// What all shards share; outlives them.
struct ShellContext {
    access::Admission& admission;
    AuditLog& audit;
    MemberCount& members;
    WallClock clock;
    std::chrono::milliseconds host_wait;
    net::WebSocketLimits leg_limits;
    net::WebSocketLimits manager_limits;
    std::size_t threads;
    // Runs the function with that thread's shard, there and later. Any thread.
    std::function<void(std::size_t thread, std::move_only_function<void(ShellShard&)>)> run_on;
    ManagerDirectory managers{};
    std::atomic<std::uint64_t> last_manager = 0;

    // A topic's managers live on one thread, as do both ends of a connection.
    std::size_t thread_of(const std::string& topic_or_connection) const {
        return std::hash<std::string>{}(topic_or_connection) % threads;
    }
};

// One io thread's share of the byte streams: managers by their topic, circuits by the id of their
// connection. Every call on its thread.
class ShellShard {
public:
    ShellShard(net::IoThread& thread, ShellContext& context) : thread_(thread), context_(context) {}
    ~ShellShard();  // writes down the circuits that are left

    // Makes a manager, a circuit, or the other end of a circuit of the arrival. Refuses it when its
    // booking was denied meanwhile, or when its client has gone.
    void accept(ShellArrival arrival);

    void close_booking(const std::string& booking_id);
    void close_all(wire::CloseCode code, std::string_view reason);
    void append_reports(std::vector<ConnectionReport>& reports) const;

    // The host has come for that client but speaks another form than it.
    void host_is_unfit(const std::string& connection_id);

    // For managers and circuits.
    net::IoThread& thread() { return thread_; }
    ShellContext& context() { return context_; }
    // Tells the manager, on whatever thread it lives.
    void alert(std::uint64_t manager, ConnectAlert alert);
    void remove(Manager& manager, wire::CloseCode code, std::string_view reason);
    void remove(Circuit& circuit);
    // Tells the topic's manager that the client's connection has ended.
    void tell_of_end(const Circuit& circuit);

private:
    void accept_manager(ShellArrival arrival);
    void accept_client(ShellArrival arrival);
    void accept_host_end(ShellArrival arrival);
    void tell(std::uint64_t manager, const ConnectAlert& alert);
    void tell_ended(std::uint64_t manager, const std::string& connection_id);
    void manager_left(std::uint64_t number);
    void host_left(const std::string& connection_id);
    void leave_record(const Circuit& circuit);

    net::IoThread& thread_;
    ShellContext& context_;
    std::unordered_map<std::uint64_t, std::unique_ptr<Manager>> managers_;  // by number
    std::unordered_map<std::string, std::unique_ptr<Circuit>> circuits_;    // by id
};

}  // namespace relay::server
