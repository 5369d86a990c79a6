// SPDX-License-Identifier: Apache-2.0
#include "book/admin/admin_parts.hpp"
#include "book/admin/statistics.hpp"
#include "book/http/query.hpp"
#include "book/http/reply.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

namespace relay::book {
namespace {

using booking::Session;
using booking::Transaction;
using net::HttpResponse;
using nlohmann::json;

constexpr std::int64_t usual_limit = 1'000, highest_limit = 10'000;  // entries of the audit

Result<json> session_overview(const Session& session, const Transaction& transaction) {
    const booking::Booking& booking = session.booking;
    const auto denials = transaction.denials().pending(booking.name);
    if (!denials) return std::unexpected(denials.error());
    json pending = json::array();
    for (const booking::Denial& denial : *denials) pending.push_back(denial.relay);
    const bool is_active = booking.state == booking::BookingState::active;
    return json{{"name", booking.name},
                {"user", booking.user},
                {"pool", booking.pool},
                {"group", booking.group},
                {"activity", session.offer.activity.description.name},
                {"resource", session.offer.resource},
                {"start", booking::unix_seconds(booking.time.start)},
                {"end", booking::unix_seconds(booking.time.end)},
                {"state", is_active ? "active" : "cancelling"},
                {"pending", std::move(pending)}};
}

Result<HttpResponse> list_sessions(const Call& call, const Transaction& transaction) {
    const auto sessions = transaction.sessions().live(booking::booking_time(call.now));
    if (!sessions) return std::unexpected(sessions.error());
    json list = json::array();
    for (const Session& session : *sessions) {
        auto overview = session_overview(session, transaction);
        if (!overview) return std::unexpected(std::move(overview.error()));
        list.push_back(std::move(*overview));
    }
    return reply(list);
}

std::size_t limit_of(const Call& call) {
    const auto limit = query_integer(call.request, "limit").value_or(std::nullopt);
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(limit.value_or(usual_limit), 1, highest_limit));
}

Result<HttpResponse> list_audit(const Call& call, const Transaction& transaction) {
    const auto entries = transaction.records().audit(query_interval(call).value(), limit_of(call));
    if (!entries) return std::unexpected(entries.error());
    json list = json::array();
    for (const booking::AuditEntry& entry : *entries)
        list.push_back({{"at", booking::unix_seconds(entry.at)},
                        {"actor", entry.actor},
                        {"action", entry.action},
                        {"object", entry.object},
                        {"detail", entry.detail}});
    return reply(list);
}

std::int64_t seconds_of(milliseconds duration) {
    return std::chrono::round<std::chrono::seconds>(duration).count();
}

json resource_json(const ResourceUse& use) {
    json hours = json::array();
    for (const HourUse& hour : use.hours)
        hours.push_back(
            {{"start", booking::unix_seconds(hour.hour)}, {"booked_s", seconds_of(hour.booked)}});
    return {{"resource", use.resource},
            {"activity", use.activity},
            {"booked_s", seconds_of(use.booked)},
            {"sessions", use.sessions},
            {"hours", std::move(hours)}};
}

json group_json(const GroupUse& use) {
    return {{"group", use.group},
            {"sessions", use.sessions},
            {"users", use.users},
            {"booked_s", seconds_of(use.booked)}};
}

// Refusals know pools by id, people know them by name; a pool that is gone keeps its id.
Result<json> refusals_json(const std::vector<RefusalTotal>& totals,
                           const Transaction& transaction) {
    std::map<std::string, std::string> names;
    json list = json::array();
    for (const RefusalTotal& total : totals) {
        const auto [name, is_new] = names.try_emplace(total.pool, total.pool);
        if (is_new) {
            const auto pool = transaction.catalogue().pool(total.pool);
            if (!pool) return std::unexpected(pool.error());
            if (*pool) name->second = (*pool)->pool.description.name;
        }
        list.push_back({{"reason", total.reason},
                        {"pool", name->second},
                        {"group", total.group},
                        {"count", total.count}});
    }
    return list;
}

Result<HttpResponse> show_statistics(const Call& call, const Transaction& transaction) {
    const Interval during = query_interval(call).value();
    const auto uses = transaction.records().uses(during);
    if (!uses) return std::unexpected(uses.error());
    const auto counts = transaction.records().refusals(during);
    if (!counts) return std::unexpected(counts.error());
    auto refusals = refusals_json(total_refusals(*counts), transaction);
    if (!refusals) return std::unexpected(std::move(refusals.error()));

    json resources = json::array(), groups = json::array();
    for (const ResourceUse& use : use_of_resources(*uses, during))
        resources.push_back(resource_json(use));
    for (const GroupUse& use : use_of_groups(*uses, during)) groups.push_back(group_json(use));
    return reply({{"from", booking::unix_seconds(during.start)},
                  {"to", booking::unix_seconds(during.end)},
                  {"resources", std::move(resources)},
                  {"refusals", std::move(*refusals)},
                  {"groups", std::move(groups)}});
}

std::optional<HttpResponse> check_audit_query(const Call& call) {
    if (auto limit = query_integer(call.request, "limit"); !limit) return std::move(limit.error());
    return check_interval()(call);
}

}  // namespace

std::vector<Endpoint> overview_endpoints() {
    return {{.method = "GET", .pattern = "/admin/sessions", .answer = Reading(list_sessions)},
            {.method = "GET",
             .pattern = "/admin/audit",
             .answer = Reporting{list_audit},
             .check = check_audit_query},
            {.method = "GET",
             .pattern = "/admin/stats",
             .answer = Reporting{show_statistics},
             .check = check_interval()}};
}

}  // namespace relay::book
