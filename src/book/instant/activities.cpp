// SPDX-License-Identifier: Apache-2.0
#include "base/random.hpp"
#include "book/http/reply.hpp"
#include "book/instant/activity_json.hpp"
#include "book/instant/parts.hpp"
#include "booking/catalogue_desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace relay::book {
namespace {

using booking::Offer;
using booking::Transaction;
using net::HttpResponse;

bool is_in(const Offer& offer, std::string_view pool) {
    return std::ranges::find(offer.pools, pool) != offer.pools.end();
}

// What is wrong with an activity that is sent to be booked, in the order of the specification.
std::optional<HttpResponse> check_activity(const Call& call) {
    const auto sent = read_activity(call.body);
    if (!sent) return sent.error();
    if (const auto flaw = flaw_of(sent->activity, call.now)) return refusal(500, *flaw);
    return std::nullopt;
}

std::optional<HttpResponse> check_named_activity(const Call& call) {
    const auto sent = read_activity(call.body);
    if (!sent) return sent.error();
    const std::string& id = call.parameters.at(1);
    if (sent->id != id) {
        return refusal(
            404, fmt::format("ID in path ({}) does not match that in body ({})", id, sent->id));
    }
    return check_activity(call);
}

Result<HttpResponse> put(const Call& call, Transaction& transaction, const std::string& id) {
    const std::string& pool = call.parameters.at(0);
    const auto sent = read_activity(call.body);
    if (!sent) return sent.error();
    const auto known = transaction.catalogue().pool(pool);
    if (!known) return std::unexpected(known.error());
    if (!*known) return refusal(404, "Pool Does Not Exist");
    auto done = booking::put_activity(transaction, pool, id, sent->activity,
                                      booking::booking_time(call.now));
    if (done) done = record(call, transaction, "activity put", id, sent->activity.description.name);
    if (!done) return std::unexpected(std::move(done.error()));
    return reply({{"id", id}});
}

Result<HttpResponse> add_activity(const Call& call, Transaction& transaction) {
    return put(call, transaction, random_uuid());
}

Result<HttpResponse> put_activity(const Call& call, Transaction& transaction) {
    return put(call, transaction, call.parameters.at(1));
}

std::optional<HttpResponse> check_permission(const Call& call) {
    if (has_pool(call, call.parameters.at(0))) return std::nullopt;
    return pool_not_permitted();
}

Result<HttpResponse> describe_activity(const Call& call, const Transaction& transaction) {
    const auto pool = transaction.catalogue().pool(call.parameters.at(0));
    if (!pool) return std::unexpected(pool.error());
    if (!*pool) return refusal(404, "Pool Does Not Exist");
    const auto offer = transaction.catalogue().offer(call.parameters.at(1));
    if (!offer) return std::unexpected(offer.error());
    if (!*offer || !is_in(**offer, (*pool)->id)) return refusal(404, "Activity Does Not Exist");
    return reply(description_json((*offer)->activity.description, (*offer)->id));
}

// From that pool; from its last one it is withdrawn.
Result<void> take_out(Transaction& transaction, Offer offer, std::string_view pool,
                      booking::BookingTime now) {
    std::erase(offer.pools, pool);
    if (!offer.pools.empty()) return transaction.catalogue().put_offer(offer);
    const auto retired = transaction.catalogue().retire_offer(offer.id, now);
    if (!retired) return std::unexpected(retired.error());
    return {};
}

Result<HttpResponse> delete_activity(const Call& call, Transaction& transaction) {
    const std::string& pool = call.parameters.at(0);
    const auto offer = transaction.catalogue().offer(call.parameters.at(1));
    if (!offer) return std::unexpected(offer.error());
    if (!*offer || !is_in(**offer, pool)) return deleted();
    auto done = take_out(transaction, **offer, pool, booking::booking_time(call.now));
    if (done) done = record(call, transaction, "activity deleted", (*offer)->id, pool);
    if (!done) return std::unexpected(std::move(done.error()));
    return deleted();
}

}  // namespace

std::vector<Endpoint> activity_endpoints() {
    constexpr auto all = "/pools/{pool_id}/activities";
    constexpr auto one = "/pools/{pool_id}/activities/{activity_id}";
    return {{.method = "POST",
             .pattern = all,
             .body = Body::json,
             .answer = Writing(add_activity),
             .check = check_activity,
             .body_name = "activity"},
            {.method = "GET",
             .pattern = one,
             .access = Access::admin_or_user,
             .answer = Reading(describe_activity),
             .check = check_permission},
            {.method = "PUT",
             .pattern = one,
             .body = Body::json,
             .answer = Writing(put_activity),
             .check = check_named_activity,
             .body_name = "activity"},
            {.method = "DELETE", .pattern = one, .answer = Writing(delete_activity)}};
}

}  // namespace relay::book
