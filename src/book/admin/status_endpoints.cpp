// SPDX-License-Identifier: Apache-2.0
#include "book/admin/admin_parts.hpp"
#include "book/http/query.hpp"
#include "book/http/reply.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace relay::book {
namespace {

using booking::Transaction;
using net::HttpResponse;
using nlohmann::json;

Result<HttpResponse> show_status(const Call& call, const Transaction& transaction) {
    return reply_with_status(transaction, booking::booking_time(call.now));
}

Result<HttpResponse> set_status(const Call& call, Transaction& transaction) {
    auto state = transaction.records().state();
    if (!state) return std::unexpected(std::move(state.error()));
    state->locked = query_flag(call.request, "lock").value_or(state->locked);
    // The reference takes an empty `msg` for none, so that it cannot clear the message.
    if (query_flag(call.request, "clear_msg").value_or(false)) state->message.clear();
    state->message = query_text(call.request, "msg").value_or(state->message);
    if (auto set = transaction.records().set_state(*state); !set)
        return std::unexpected(std::move(set.error()));
    const auto recorded = record_admin(
        call, transaction, state->locked ? "bookings locked" : "bookings unlocked", state->message);
    if (!recorded) return std::unexpected(recorded.error());
    return reply_with_status(transaction, booking::booking_time(call.now));
}

}  // namespace

Result<json> store_status(const Transaction& transaction, booking::BookingTime now) {
    const auto counts = transaction.sessions().counts(now);
    if (!counts) return std::unexpected(counts.error());
    const auto state = transaction.records().state();
    if (!state) return std::unexpected(state.error());
    json status = json::object();
    if (counts->groups > 0) status["groups"] = counts->groups;
    if (counts->pools > 0) status["pools"] = counts->pools;
    if (counts->activities > 0) status["activities"] = counts->activities;
    if (counts->sessions > 0) status["bookings"] = counts->sessions;
    if (counts->last_end) status["last_booking_ends"] = booking::unix_seconds(*counts->last_end);
    if (state->locked) status["locked"] = true;
    if (!state->message.empty()) status["msg"] = state->message;
    return status;
}

Result<HttpResponse> reply_with_status(const Transaction& transaction, booking::BookingTime now) {
    const auto status = store_status(transaction, now);
    if (!status) return std::unexpected(status.error());
    return reply(*status);
}

std::vector<Endpoint> status_endpoints() {
    return {{.method = "GET", .pattern = "/admin/status", .answer = Reading(show_status)},
            {.method = "POST",
             .pattern = "/admin/status",
             .answer = Writing(set_status),
             .check = require_query("lock")}};
}

}  // namespace relay::book
