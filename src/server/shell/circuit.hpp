// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/shell/alert.hpp"
#include "server/shell/audit_record.hpp"
#include "server/shell/leg.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace relay::server {

// A byte stream through the relay: a client's end, later the host's, and what joins them. Each
// message goes on as it is; nothing is dropped. An end that others cannot follow is not read from:
// so memory is bounded, and TCP makes the sender wait. When one end closes, so does the other.
//
//   waiting for the host ──host's end──> joined ──one end closed──> ending ──other closed──> gone
//         └──── client gone, no host ────────────────────────────────────────────────────────┘
//
// Lives on its shard's thread, which owns it.
class Circuit final : private net::Deadline {
public:
    // The client's end; it carries who is to serve it.
    Circuit(ShellShard& shard, ShellArrival client);

    // Answers the client's handshake and alerts the host, which has host_wait to come.
    void start();

    // Whether a host's end with that salt may join.
    bool awaits(const Secret& salt) const;
    bool awaits_manager(std::uint64_t number) const;
    void join(ShellArrival host);

    // The relay ends it, both ends with that code. Later calls have no effect.
    void close(wire::CloseCode code, std::string_view reason);

    const std::string& id() const { return record_.connection_id; }
    const std::string& topic() const { return record_.topic; }
    const std::string& booking_id() const { return record_.booking_id; }
    // As of now, so complete only when the circuit is gone.
    AuditRecord record() const;
    void append_reports(std::vector<ConnectionReport>& reports, SteadyTime now) const;

    // For its legs; the second may destroy the circuit.
    void on_message(Leg& from, const wire::MessagePtr& message, bool more_coming);
    void on_closed(Leg& leg, wire::CloseCode code, std::string_view reason);
    void on_room(const Leg& leg);

private:
    void on_deadline() override;
    ConnectAlert alert(std::string code) const;
    void call_host();
    void hold(const wire::MessagePtr& message);
    void pass_on_held();
    Leg* partner(const Leg& leg) const;
    bool may_still_arrive() const;
    void note_end(wire::CloseCode code, std::string_view by, std::string_view reason);
    void tell_host();
    void leave();
    void end(Leg& left, wire::CloseCode code, bool by_relay);

    ShellShard& shard_;
    const ManagerDirectory::Entry manager_;
    const auth::Grant grant_;  // the client's
    const bool resumes_;
    const SteadyTime began_;
    AuditRecord record_;
    std::vector<wire::MessagePtr> held_;  // from the client, for the host that has not come yet
    std::size_t held_bytes_ = 0;
    bool host_came_ = false;
    bool host_was_told_ = false;  // that the client's connection has ended
    std::unique_ptr<Leg> client_;
    std::unique_ptr<Leg> host_;
};

}  // namespace relay::server
