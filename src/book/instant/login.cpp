// SPDX-License-Identifier: Apache-2.0
#include "auth/numeric_date.hpp"
#include "book/http/query.hpp"
#include "book/http/reply.hpp"
#include "book/instant/activity_json.hpp"
#include "book/instant/parts.hpp"
#include "book/instant/tokens.hpp"

#include <algorithm>
#include <utility>

namespace relay::book {
namespace {

using nlohmann::json;

// Of all groups of those names, each once. Unknown groups have none.
Result<std::vector<std::string>> pools_of(const std::vector<std::string>& names,
                                          const booking::Transaction& transaction) {
    std::vector<std::string> pools;
    for (const std::string& name : names) {
        const auto groups = transaction.catalogue().groups_named(name);
        if (!groups) return std::unexpected(groups.error());
        for (const booking::ListedGroup& group : *groups) {
            for (const std::string& pool : group.pools) {
                if (std::ranges::find(pools, pool) == pools.end()) pools.push_back(pool);
            }
        }
    }
    return pools;
}

json login_json(const auth::Claims& claims, const Secret& token, const std::string& audience) {
    return {{"aud", audience},
            {"exp", auth::unix_seconds(claims.expires)},
            {"groups", claims.groups},
            {"iat", auth::unix_seconds(*claims.issued_at)},
            {"nbf", auth::unix_seconds(*claims.not_before)},
            {"pools", claims.pools},
            {"scopes", claims.scopes},
            {"sub", claims.subject},
            {"token", token.reveal()}};
}

Result<net::HttpResponse> log_in(const Tokens& tokens, const Call& call,
                                 const booking::Transaction& transaction) {
    auto pools = pools_of(call.claims.groups, transaction);
    if (!pools) return std::unexpected(std::move(pools.error()));
    const std::string former =
        call.body.is_null() ? std::string() : Members(call.body, "expired").find_text("token");
    const auth::Claims claims =
        tokens.booking_claims(call.claims, std::move(*pools), former, call.now);
    const auto token = tokens.sign_booking(claims);
    if (!token) return refusal(500, "Could Not Generate Booking Token");
    return reply(login_json(claims, *token, tokens.audience()));
}

std::optional<net::HttpResponse> check_login(const Call& call) {
    if (call.body.is_null()) return std::nullopt;
    const Members body(call.body, "expired");
    body.find_text("token");
    return body.problem();
}

// One that is being cancelled has no tokens any more, but counts as its user's.
json cancelling_json(const booking::Session& session) {
    return {{"name", session.booking.name},
            {"pool", session.booking.pool},
            {"activity", session.offer.activity.description.name},
            {"end", booking::unix_seconds(session.booking.time.end)}};
}

struct ToldSessions {
    json active = json::array(), cancelling = json::array();
};

Result<ToldSessions> sessions_of(const Tokens& tokens, const Call& call,
                                 const booking::Transaction& transaction) {
    const auto sessions =
        transaction.sessions().of_user(call.claims.subject, booking::booking_time(call.now));
    if (!sessions) return std::unexpected(sessions.error());
    ToldSessions told;
    for (const booking::Session& session : *sessions) {
        if (session.booking.state == booking::BookingState::cancelling)
            told.cancelling.push_back(cancelling_json(session));
        if (session.booking.state != booking::BookingState::active) continue;
        auto activity = session_json(session, tokens, call.now);
        if (!activity) return std::unexpected(std::move(activity.error()));
        told.active.push_back(std::move(*activity));
    }
    return told;
}

Result<net::HttpResponse> describe_login(const Tokens& tokens, std::uint32_t max_sessions,
                                         const Call& call,
                                         const booking::Transaction& transaction) {
    if (call.claims.subject.empty()) return refusal(401, "no subject in token (userID)");
    const auto most = max_sessions_of(call, transaction, max_sessions);
    if (!most) return std::unexpected(most.error());
    const auto state = transaction.records().state();
    if (!state) return std::unexpected(state.error());
    auto sessions = sessions_of(tokens, call, transaction);
    if (!sessions) return std::unexpected(std::move(sessions.error()));
    json answer = {{"activities", std::move(sessions->active)}, {"max", *most}};
    if (!sessions->cancelling.empty()) answer["cancelling"] = std::move(sessions->cancelling);
    if (state->locked) answer["locked"] = true;
    if (!state->message.empty()) answer["msg"] = state->message;
    return reply(answer);
}

}  // namespace

std::vector<Endpoint> login_endpoints(std::shared_ptr<const Tokens> tokens,
                                      std::uint32_t max_sessions) {
    const auto post = [tokens](const Call& call, const booking::Transaction& transaction) {
        return log_in(*tokens, call, transaction);
    };
    const auto get = [tokens, max_sessions](const Call& call,
                                            const booking::Transaction& transaction) {
        return describe_login(*tokens, max_sessions, call, transaction);
    };
    return {{.method = "POST",
             .pattern = "/login",
             .access = Access::login,
             .body = Body::optional_json,
             .answer = Reading(post),
             .check = check_login,
             .body_name = "expired",
             .budget = Budget::login},
            {.method = "GET", .pattern = "/login", .access = Access::user, .answer = Reading(get)}};
}

}  // namespace relay::book
