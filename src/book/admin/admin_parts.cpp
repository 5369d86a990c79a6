// SPDX-License-Identifier: Apache-2.0
#include "book/admin/admin_parts.hpp"

#include "base/time_text.hpp"
#include "book/http/query.hpp"
#include "book/http/reply.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <optional>
#include <string>
#include <utility>

namespace relay::book {
namespace {

using booking::BookingTime;
using booking::Interval;

constexpr std::chrono::days usual_interval{7};

std::optional<BookingTime> read_time(std::string_view text) {
    std::int64_t seconds = 0;
    const char* end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, seconds);
    if (problem == std::errc() && stop == end) {
        if (seconds < 0 || seconds > booking::latest_unix_second) return std::nullopt;
        return booking::from_unix_seconds(seconds);
    }
    const auto time = parse_time(text);
    if (!time) return std::nullopt;
    return booking::booking_time(*time);
}

std::expected<BookingTime, net::HttpResponse> query_time(const net::HttpRequest& request,
                                                         std::string_view name,
                                                         BookingTime when_absent) {
    const auto text = query_text(request, name);
    if (!text) return when_absent;
    if (const auto time = read_time(*text)) return *time;
    constexpr std::size_t excerpt = 32;
    return std::unexpected(framework_error(
        422, 601,
        fmt::format("{} in query must be a time as 2026-11-22T10:19:10Z, or in unix seconds: "
                    "\"{}\"",
                    name, text->substr(0, excerpt))));
}

}  // namespace

std::expected<Interval, net::HttpResponse> query_interval(const Call& call) {
    const auto to = query_time(call.request, "to", booking::booking_time(call.now));
    if (!to) return std::unexpected(to.error());
    const auto from = query_time(call.request, "from", *to - usual_interval);
    if (!from) return std::unexpected(from.error());
    if (*from < *to) return Interval{*from, *to};
    return std::unexpected(framework_error(422, 601, "from in query must be before to"));
}

Check check_interval() {
    return [](const Call& call) -> std::optional<net::HttpResponse> {
        auto interval = query_interval(call);
        if (!interval) return std::move(interval.error());
        return std::nullopt;
    };
}

Result<void> record_admin(const Call& call, booking::Transaction& transaction,
                          std::string_view action, std::string_view detail) {
    const std::string& user = call.claims.subject;
    return transaction.records().append_audit({.at = booking::booking_time(call.now),
                                               .actor = user.empty() ? "admin" : user,
                                               .action = std::string(action),
                                               .object = "",
                                               .detail = std::string(detail)});
}

}  // namespace relay::book
