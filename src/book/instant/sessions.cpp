// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"
#include "book/http/callers.hpp"
#include "book/http/query.hpp"
#include "book/http/reply.hpp"
#include "book/instant/activity_json.hpp"
#include "book/instant/parts.hpp"
#include "book/instant/tokens.hpp"
#include "booking/session_desk.hpp"

#include <algorithm>
#include <utility>

namespace relay::book {
namespace {

using booking::Refusal;
using booking::Session;
using booking::Transaction;
using net::HttpResponse;
using nlohmann::json;

constexpr std::string_view no_such_session = "Session Does Not Exist";

// The reference's words (spec/booking-instant.md §5).
HttpResponse refuse(Refusal reason) {
    switch (reason) {
        case Refusal::unknown_pool:
            return refusal(404, "Pool Does Not Exist");
        case Refusal::too_short:
            return refusal(401, "Requested duration too short");
        case Refusal::too_long:
            return refusal(401, "Requested duration too long");
        case Refusal::no_user:
            return refusal(401, "No subject in booking token");
        case Refusal::locked:
            return refusal(402, "No new sessions allowed. Try again later.");
        case Refusal::too_many_sessions:
            return refusal(402, "Maximum concurrent sessions already reached. Try again later.");
        case Refusal::none_available:
            return refusal(404, "none available");
        case Refusal::key_reused:
            return refusal(409, "Idempotency-Key belongs to another request");
    }
    return refusal(500, "internal error");
}

// The group that gives the caller the pool; its first when that has changed since the login.
Result<std::string> group_for(const Call& call, const std::string& pool,
                              const Transaction& transaction) {
    for (const std::string& name : call.claims.groups) {
        const auto groups = transaction.catalogue().groups_named(name);
        if (!groups) return std::unexpected(groups.error());
        const bool gives = std::ranges::any_of(*groups, [&](const booking::ListedGroup& group) {
            return std::ranges::find(group.pools, pool) != group.pools.end();
        });
        if (gives) return name;
    }
    return call.claims.groups.at(0);
}

Result<booking::SessionRequest> request_of(const Call& call, const Transaction& transaction,
                                           std::uint32_t max_sessions) {
    booking::SessionRequest request;
    request.user = call.claims.subject;
    request.pool = call.parameters.at(0);
    auto group = group_for(call, request.pool, transaction);
    if (!group) return std::unexpected(std::move(group.error()));
    request.group = std::move(*group);
    request.duration = std::chrono::seconds(
        query_integer(call.request, "duration").value_or(std::nullopt).value_or(0));
    const auto most = max_sessions_of(call, transaction, max_sessions);
    if (!most) return std::unexpected(most.error());
    request.max_sessions = *most;
    request.idempotency_key = std::string(call.request.fields["Idempotency-Key"]);
    return request;
}

HttpResponse grant(const Session& session, const Tokens& tokens, WallTime now) {
    log::debug("session granted", {{"user", session.booking.user},
                                   {"session", session.booking.name},
                                   {"pool", session.booking.pool},
                                   {"activity", session.offer.id}});
    const auto answer = session_json(session, tokens, now);
    return answer ? reply(*answer) : error_reply(answer.error());
}

Result<Rest> request_session(const Tokens& tokens, std::uint32_t max_sessions, const Call& call,
                             Transaction& transaction) {
    const auto request = request_of(call, transaction, max_sessions);
    if (!request) return std::unexpected(request.error());
    auto answer = booking::request_session(transaction, *request, booking::booking_time(call.now));
    if (!answer) return std::unexpected(std::move(answer.error()));
    if (const auto* reason = std::get_if<Refusal>(&*answer)) {
        log::debug("session refused", {{"user", request->user},
                                       {"pool", request->pool},
                                       {"reason", booking::name_of(*reason)}});
        return [reason = *reason] { return refuse(reason); };
    }
    return [session = std::get<Session>(std::move(*answer)), &tokens, now = call.now] {
        return grant(session, tokens, now);
    };
}

bool is_key(std::string_view text) {
    constexpr std::size_t longest = 64;
    return !text.empty() && text.size() <= longest &&
           std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

std::optional<HttpResponse> check_request(const Call& call) {
    static const Check duration = check_integer_query("duration", Needed::required);
    if (auto refused = duration(call)) return refused;
    const auto key = call.request.fields.find("Idempotency-Key");
    if (key && !is_key(*key)) {
        return framework_error(
            422, 605, "Idempotency-Key in header must be 1 to 64 printable ASCII characters");
    }
    const auto& pools = call.claims.pools;  // also of an administrator who is a user
    if (std::ranges::find(pools, call.parameters.at(0)) == pools.end()) return pool_not_permitted();
    return std::nullopt;
}

std::string_view state_of(const booking::Booking& booking, booking::BookingTime now) {
    if (booking.state == booking::BookingState::cancelled) return "cancelled";
    if (now >= booking.time.end) return "ended";
    return booking.state == booking::BookingState::cancelling ? "cancelling" : "active";
}

Result<json> describe(const Session& session, const Transaction& transaction,
                      booking::BookingTime now) {
    const booking::Booking& booking = session.booking;
    const auto denials = transaction.denials().pending(booking.name);
    if (!denials) return std::unexpected(denials.error());
    json pending = json::array();
    for (const booking::Denial& denial : *denials) pending.push_back(denial.relay);
    return json{{"name", booking.name},
                {"pool", booking.pool},
                {"start", booking::unix_seconds(booking.time.start)},
                {"end", booking::unix_seconds(booking.time.end)},
                {"state", state_of(booking, now)},
                {"pending", std::move(pending)}};
}

// The path's session when it is the caller's, or the caller an administrator.
Result<std::optional<Session>> session_of(const Call& call, const Transaction& transaction) {
    auto session = transaction.sessions().find(call.parameters.at(0));
    if (!session || !*session) return session;
    const bool is_owner =
        !call.claims.subject.empty() && (*session)->booking.user == call.claims.subject;
    if (!is_owner && !is_admin(call.claims)) return std::nullopt;
    return session;
}

Result<HttpResponse> describe_session(const Call& call, const Transaction& transaction) {
    const auto session = session_of(call, transaction);
    if (!session) return std::unexpected(session.error());
    if (!*session) return refusal(404, no_such_session);
    const auto value = describe(**session, transaction, booking::booking_time(call.now));
    if (!value) return std::unexpected(value.error());
    return reply(*value);
}

HttpResponse no_content() {
    HttpResponse response;
    response.status = 204;
    return response;
}

Result<HttpResponse> cancel_session(const Call& call, Transaction& transaction) {
    const auto now = booking::booking_time(call.now);
    const auto session = session_of(call, transaction);
    if (!session) return std::unexpected(session.error());
    if (!*session) return refusal(404, no_such_session);
    const std::string& owner = (*session)->booking.user;
    const auto outcome =
        booking::cancel_session(transaction, (*session)->booking.name, owner, actor_of(call), now);
    if (!outcome && outcome.error().code == Errc::not_found) return refusal(404, no_such_session);
    if (!outcome) return std::unexpected(outcome.error());
    if (*outcome == booking::Cancellation::done) return no_content();
    const auto cancelled = session_of(call, transaction);
    if (!cancelled) return std::unexpected(cancelled.error());
    const auto value = describe(**cancelled, transaction, now);
    if (!value) return std::unexpected(value.error());
    return reply(*value, 202);
}

}  // namespace

std::vector<Endpoint> session_endpoints(std::shared_ptr<const Tokens> tokens,
                                        std::uint32_t max_sessions,
                                        std::function<void()> on_denial) {
    const auto request = [tokens, max_sessions](const Call& call, Transaction& transaction) {
        return request_session(*tokens, max_sessions, call, transaction);
    };
    return {{.method = "POST",
             .pattern = "/pools/{pool_id}/sessions",
             .access = Access::user,
             .answer = WritingFirst(request),
             .check = check_request},
            {.method = "GET",
             .pattern = "/sessions/{name}",
             .access = Access::admin_or_user,
             .answer = Reading(describe_session)},
            {.method = "DELETE",
             .pattern = "/sessions/{name}",
             .access = Access::admin_or_user,
             .answer = Writing(cancel_session),
             .written = std::move(on_denial)}};
}

}  // namespace relay::book
