// SPDX-License-Identifier: Apache-2.0
#include "book/metrics_text.hpp"

#include "metrics/family.hpp"

#include <chrono>
#include <map>
#include <tuple>
#include <utility>

namespace relay::book {
namespace {

using metrics::Family;
using metrics::Kind;

constexpr std::size_t outbox_limit = 100'000;

Family gauge(std::string name, std::string help, double value) {
    return {std::move(name), std::move(help), Kind::gauge, {{{}, value}}};
}

Family request_family(const RequestCounts& requests) {
    Family family{"relay_book_requests_total", "Requests that were answered.", Kind::counter, {}};
    for (const auto& [key, count] : requests.all()) {
        const auto& [method, pattern, status] = key;
        family.samples.push_back(
            {{{"method", method}, {"endpoint", pattern}, {"status", std::to_string(status)}},
             static_cast<double>(count)});
    }
    return family;
}

// Of a day, since counts are kept by hours for ever.
Result<Family> refusal_family(const booking::Transaction& transaction, booking::BookingTime now) {
    const auto counts =
        transaction.records().refusals({now - std::chrono::hours(24), now + std::chrono::hours(1)});
    if (!counts) return std::unexpected(counts.error());
    std::map<std::string, double> by_reason;
    for (const booking::RefusalCount& count : *counts)
        by_reason[count.reason] += static_cast<double>(count.count);
    Family family{"relay_book_refusals_of_a_day",
                  "Session requests that were refused in the last 24 hours.",
                  Kind::gauge,
                  {}};
    for (const auto& [reason, count] : by_reason)
        family.samples.push_back({{{"reason", reason}}, count});
    return family;
}

}  // namespace

Result<std::string> metrics_text(const RequestCounts& requests,
                                 const booking::Transaction& transaction,
                                 booking::BookingTime now) {
    const auto counts = transaction.sessions().counts(now);
    if (!counts) return std::unexpected(counts.error());
    const auto state = transaction.records().state();
    if (!state) return std::unexpected(state.error());
    const auto denials = transaction.denials().due(booking::BookingTime::max(), outbox_limit);
    if (!denials) return std::unexpected(denials.error());
    auto refusals = refusal_family(transaction, now);
    if (!refusals) return std::unexpected(std::move(refusals.error()));

    const auto number = [](std::size_t value) { return static_cast<double>(value); };
    return metrics::render(
        {request_family(requests),
         gauge("relay_book_sessions", "Sessions that take place.", number(counts->sessions)),
         gauge("relay_book_activities", "Activities that are offered.", number(counts->activities)),
         gauge("relay_book_pools", "Pools of activities.", number(counts->pools)),
         gauge("relay_book_groups", "Groups of users.", number(counts->groups)),
         gauge("relay_book_locked", "1 while no session can be booked.", state->locked ? 1 : 0),
         gauge("relay_book_denials_pending",
               "Relays still to be told that a session is over before its time.",
               number(denials->size())),
         std::move(*refusals)});
}

Endpoint metrics_endpoint(std::shared_ptr<const RequestCounts> requests) {
    const auto show = [requests = std::move(requests)](
                          const Call& call,
                          const booking::Transaction& transaction) -> Result<net::HttpResponse> {
        auto text = metrics_text(*requests, transaction, booking::booking_time(call.now));
        if (!text) return std::unexpected(std::move(text.error()));
        return net::HttpResponse{.body = std::move(*text),
                                 .content_type = std::string(metrics::content_type)};
    };
    return {.method = "GET",
            .pattern = "/metrics",
            .access = Access::open,
            .answer = Reading(show),
            .budget = Budget::service};
}

}  // namespace relay::book
