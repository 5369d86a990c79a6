// SPDX-License-Identifier: Apache-2.0
#include "server/shell/circuit.hpp"

#include "server/shell/shard.hpp"

namespace relay::server {

using wire::CloseCode;

namespace {

// What a held message costs besides its bytes.
constexpr std::size_t message_overhead = 64;

AuditRecord first_record(const ShellArrival& client, WallTime now) {
    return {.topic = client.grant.topic,
            .connection_id = client.grant.connection_id,
            .target = client.grant.target,
            .subject = client.grant.subject,
            .booking_id = client.grant.booking_id,
            .client_address = client.remote_address,
            .client_user_agent = client.user_agent,
            .started = now,
            .subprotocol = std::string(client.resumes ? resume_protocol : "")};
}

// Whether the code says that its sender has ended the stream, rather than lost it.
bool is_orderly(CloseCode code) {
    return code == CloseCode::normal || code == CloseCode::going_away ||
           code == CloseCode::no_status;
}

}  // namespace

Circuit::Circuit(ShellShard& shard, ShellArrival client)
    : shard_(shard),
      manager_(client.manager.value_or(ManagerDirectory::Entry{})),
      grant_(client.grant),
      resumes_(client.resumes),
      began_(std::chrono::steady_clock::now()),
      record_(first_record(client, shard.context().clock())),
      client_(std::make_unique<Leg>(*this, shard, std::move(client))) {}

void Circuit::start() {
    client_->start();
    call_host();
    shard_.thread().schedule(*this, began_ + shard_.context().host_wait);
}

void Circuit::call_host() {
    if (!client_->arrival().manager) {
        close(CloseCode::no_such_host, "no host is connected to this topic");
        return;
    }
    auth::Grant end = grant_;
    end.role = auth::Role::host_end;
    end.scopes = {"host"};
    end.subprotocol = resumes_ ? resume_protocol : "";
    auto code = shard_.context().admission.admit_to_stream(std::move(end));
    if (!code) {
        const bool denied = code.error().code == Errc::invalid;
        close(denied ? CloseCode::denied : CloseCode::internal_error, code.error().detail);
        return;
    }
    shard_.alert(manager_.number, alert(std::move(*code)));
}

ConnectAlert Circuit::alert(std::string code) const {
    return {.prefix = grant_.prefix,
            .topic = grant_.topic,
            .connection_id = grant_.connection_id,
            .code = Secret(std::move(code)),
            .target = grant_.target,
            .resumes = resumes_};
}

// ---- the host's end

bool Circuit::awaits(const Secret& salt) const {
    return !host_came_ && may_still_arrive() && salt == grant_.salt;
}

bool Circuit::awaits_manager(std::uint64_t number) const {
    return !host_came_ && manager_.number == number;
}

// A client that has closed in order after it had sent something is no reason to drop that.
bool Circuit::may_still_arrive() const {
    return record_.ended_by.empty() || (record_.ended_by == "client" && !held_.empty());
}

void Circuit::join(ShellArrival host) {
    host_came_ = true;
    record_.host_address = host.remote_address;
    record_.host_user_agent = host.user_agent;
    host_ = std::make_unique<Leg>(*this, shard_, std::move(host));
    host_->start();
    pass_on_held();
    if (!client_)
        host_->finish(CloseCode::normal, "the other end has closed");
    else if (!host_->is_full())
        client_->resume();
}

void Circuit::hold(const wire::MessagePtr& message) {
    held_.push_back(message);
    held_bytes_ += message->size() + message_overhead;
    if (held_bytes_ > shard_.context().leg_limits.outbox.bytes) client_->pause();
}

void Circuit::pass_on_held() {
    for (std::size_t i = 0; i < held_.size(); ++i) {
        record_.bytes_to_host += held_[i]->size();
        host_->deliver(held_[i], i + 1 < held_.size());
    }
    held_ = {};
}

// ---- joined

Leg* Circuit::partner(const Leg& leg) const {
    return &leg == client_.get() ? host_.get() : client_.get();
}

void Circuit::on_message(Leg& from, const wire::MessagePtr& message, bool more_coming) {
    const bool from_client = &from == client_.get();
    Leg* to = partner(from);
    if (!to) {
        if (from_client && !host_came_) hold(message);
        return;
    }
    (from_client ? record_.bytes_to_host : record_.bytes_to_client) += message->size();
    to->deliver(message, more_coming);
    if (to->is_full()) from.pause();
}

void Circuit::on_room(const Leg& leg) {
    if (Leg* source = partner(leg)) source->resume();
}

// ---- ends

void Circuit::note_end(CloseCode code, std::string_view by, std::string_view reason) {
    if (!record_.ended_by.empty()) return;
    record_.code = code;
    record_.ended_by = by;
    record_.reason = reason;
}

void Circuit::close(CloseCode code, std::string_view reason) {
    note_end(code, "relay", reason);
    held_ = {};
    for (const auto& leg : {client_.get(), host_.get()})
        if (leg) leg->close(code, reason);
    // With neither there is no close to wait for, but the caller may be going through the circuits.
    if (!client_ && !host_) shard_.thread().schedule(*this, began_);
}

void Circuit::on_closed(Leg& leg, CloseCode code, std::string_view reason) {
    const bool is_client = &leg == client_.get();
    const bool expired = code == CloseCode::expired && leg.has_expired();
    note_end(code, expired ? "relay" : is_client ? "client" : "host", reason);
    (is_client ? client_ : host_).reset();  // the reason goes with it
    Leg* left = is_client ? host_.get() : client_.get();
    if (is_client && !is_orderly(code)) tell_host();
    if (left)
        end(*left, code, expired);
    else if (host_came_ || !is_orderly(code) || !may_still_arrive())
        leave();
}

void Circuit::leave() {
    tell_host();
    shard_.remove(*this);
}

// When the client has closed in order the host hears of it only with its own end, since one that
// obeys at once would lose what is still on its way.
void Circuit::tell_host() {
    if (!std::exchange(host_was_told_, true)) shard_.tell_of_end(*this);
}

// What was read from a leg before it ended is on its way to the other, and goes before its close.
// Only a stream that is resumed sends it again, and wants to know at once.
void Circuit::end(Leg& left, CloseCode code, bool by_relay) {
    if (by_relay)
        left.close(code, "the session has expired");
    else if (is_orderly(code))
        left.finish(CloseCode::normal, "the other end has closed");
    else if (resumes_)
        left.close(CloseCode::peer_lost, "the other end was lost");
    else
        left.finish(CloseCode::peer_lost, "the other end was lost");
}

void Circuit::on_deadline() {
    if (host_came_) return;
    if (client_)
        close(CloseCode::no_such_host, "the host did not come in time");
    else
        leave();
}

// ---- for others

AuditRecord Circuit::record() const {
    AuditRecord record = record_;
    record.ended = shard_.context().clock();
    record.duration = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - began_);
    return record;
}

void Circuit::append_reports(std::vector<ConnectionReport>& reports, SteadyTime now) const {
    for (const auto& leg : {client_.get(), host_.get()})
        if (leg) reports.push_back(leg->report(now));
}

}  // namespace relay::server
