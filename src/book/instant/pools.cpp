// SPDX-License-Identifier: Apache-2.0
#include "base/random.hpp"
#include "book/http/query.hpp"
#include "book/http/reply.hpp"
#include "book/instant/activity_json.hpp"
#include "book/instant/parts.hpp"
#include "booking/session_rules.hpp"

#include <algorithm>
#include <utility>

namespace relay::book {
namespace {

using booking::ListedPool;
using booking::Transaction;
using net::HttpResponse;
using nlohmann::json;
using std::chrono::seconds;

Result<HttpResponse> find_pools(const Call& call, const Transaction& transaction) {
    const auto name = query_text(call.request, "name");
    const bool exact = query_flag(call.request, "exact").value_or(false);
    const auto catalogue = transaction.catalogue().all();
    if (!catalogue) return std::unexpected(catalogue.error());
    json ids = json::array();
    for (const ListedPool& listed : catalogue->pools) {
        const std::string& known = listed.pool.description.name;
        if (!name || (exact ? known == *name : known.starts_with(*name))) ids.push_back(listed.id);
    }
    if (name && ids.empty()) return reply(nullptr, 404);
    return reply(ids);
}

// A body for POST /pools.
struct SentPool {
    std::string id;
    booking::Pool pool;
};

// Zero counts as absent, and a default gives way to what was sent.
void set_durations(booking::Pool& pool, std::optional<double> least, std::optional<double> most) {
    const auto whole = [](double number) { return seconds(static_cast<std::int64_t>(number)); };
    const bool has_least = least && *least >= 1;
    const bool has_most = most && *most >= 1;
    if (has_least) pool.least = whole(*least);
    if (has_most) pool.most = whole(*most);
    if (!has_least) pool.least = std::min(pool.least, pool.most);
    if (!has_most) pool.most = std::max(pool.least, pool.most);
}

std::expected<SentPool, HttpResponse> read_pool(const json& value) {
    const Members body(value, "pool");
    SentPool sent;
    SentDescription description = read_description(body.object("description"));
    sent.id = std::move(description.id);
    sent.pool.description = std::move(description.description);
    const auto most = body.find_number("max_session");
    const auto least = body.find_number("min_session");
    const auto is_possible = [](std::optional<double> number) {
        return !number ||
               (*number >= 0 && *number <= static_cast<double>(booking::longest_session.count()));
    };
    if (!is_possible(most)) body.take({Errc::invalid, "max_session is out of range"});
    if (!is_possible(least)) body.take({Errc::invalid, "min_session is out of range"});
    if (body.problem()) return std::unexpected(*body.problem());
    set_durations(sent.pool, least, most);
    if (sent.pool.least > sent.pool.most) {
        return std::unexpected(
            framework_error(422, 422, "min_session in body is longer than max_session"));
    }
    return sent;
}

std::optional<HttpResponse> check_pool(const Call& call) {
    const auto sent = read_pool(call.body);
    if (!sent) return sent.error();
    if (sent->pool.description.name.empty()) return refusal(404, "Pool Missing Name");
    if (!sent->id.empty()) return refusal(404, "Do Not Specify ID - Will Be Assigned");
    return std::nullopt;
}

Result<HttpResponse> add_pool(const Call& call, Transaction& transaction) {
    auto sent = read_pool(call.body);
    if (!sent) return std::move(sent.error());
    const ListedPool pool{.id = random_uuid(), .key = "", .pool = std::move(sent->pool)};
    auto done = transaction.catalogue().put_pool(pool);
    if (done) done = record(call, transaction, "pool added", pool.id, pool.pool.description.name);
    if (!done) return std::unexpected(std::move(done.error()));
    return reply({{"id", pool.id}});
}

std::optional<HttpResponse> check_permission(const Call& call) {
    if (has_pool(call, call.parameters.at(0))) return std::nullopt;
    return pool_not_permitted();
}

Result<HttpResponse> describe_pool(const Call& call, const Transaction& transaction) {
    const auto pool = transaction.catalogue().pool(call.parameters.at(0));
    if (!pool) return std::unexpected(pool.error());
    if (!*pool) return refusal(401, "Pool Does Not Exist");
    return reply(description_json((*pool)->pool.description, (*pool)->id));
}

Result<HttpResponse> delete_pool(const Call& call, Transaction& transaction) {
    const std::string& id = call.parameters.at(0);
    const auto retired = transaction.catalogue().retire_pool(id, booking::booking_time(call.now));
    if (!retired) return std::unexpected(retired.error());
    if (*retired) {
        const auto done = record(call, transaction, "pool deleted", id, "");
        if (!done) return std::unexpected(done.error());
    }
    return deleted();
}

json status_json(const booking::Availability& status) {
    json value = {{"available", status.available}};
    if (status.used > 0) value["used"] = status.used;
    if (status.wait) value["later"] = true;
    if (status.wait && status.wait->count() > 0) value["wait"] = status.wait->count();
    return value;
}

Result<HttpResponse> tell_status(const Call& call, const Transaction& transaction) {
    constexpr std::int64_t usual = 300;
    const std::string& id = call.parameters.at(0);
    const auto pool = transaction.catalogue().pool(id);
    if (!pool) return std::unexpected(pool.error());
    if (!*pool) return refusal(401, "Pool Does Not Exist");
    const auto now = booking::booking_time(call.now);
    const auto candidates = transaction.sessions().candidates(id, now);
    if (!candidates) return std::unexpected(candidates.error());
    const seconds duration(
        query_integer(call.request, "duration").value_or(std::nullopt).value_or(usual));
    return reply(status_json(booking::availability(*candidates, now, duration)));
}

std::optional<HttpResponse> check_status(const Call& call) {
    static const Check duration = check_integer_query("duration", Needed::optional);
    if (auto refused = duration(call)) return refused;
    return check_permission(call);
}

}  // namespace

std::vector<Endpoint> pool_endpoints() {
    return {{.method = "GET", .pattern = "/pools", .answer = Reading(find_pools)},
            {.method = "POST",
             .pattern = "/pools",
             .body = Body::json,
             .answer = Writing(add_pool),
             .check = check_pool,
             .body_name = "pool"},
            {.method = "GET",
             .pattern = "/pools/{pool_id}",
             .access = Access::admin_or_user,
             .answer = Reading(describe_pool),
             .check = check_permission},
            {.method = "DELETE", .pattern = "/pools/{pool_id}", .answer = Writing(delete_pool)},
            {.method = "GET",
             .pattern = "/pools/{pool_id}/status",
             .access = Access::admin_or_user,
             .answer = Reading(tell_status),
             .check = check_status}};
}

}  // namespace relay::book
