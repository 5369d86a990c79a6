// SPDX-License-Identifier: Apache-2.0
#include "base/time_text.hpp"
#include "book_client/connection.hpp"
#include "book_client/run.hpp"
#include "book_client/stats_text.hpp"
#include "book_client/store_status.hpp"

#include <fmt/ostream.h>
#include <nlohmann/json.hpp>

namespace relay::book_client {
namespace {

constexpr std::chrono::hours usual_span{7 * 24};

Result<WallTime> time_of(const char* setting, const std::string& given, WallTime otherwise) {
    if (given.empty()) return otherwise;
    const auto time = parse_time(given);
    if (time) return time;
    return fail(Errc::invalid,
                fmt::format("{}: expected a time such as 2026-11-22T10:19:10Z", setting));
}

Result<Request> request_for(const Stats& stats, WallTime now) {
    const auto to = time_of("to", stats.to, now);
    if (!to) return std::unexpected(to.error());
    const auto from = time_of("from", stats.from, *to - usual_span);
    if (!from) return std::unexpected(from.error());
    if (*from >= *to) return fail(Errc::invalid, "from: must be before --to");
    return Request{.method = "GET",
                   .path = fmt::format("/admin/stats?from={}&to={}", escape(format_time(*from)),
                                       escape(format_time(*to)))};
}

}  // namespace

Result<void> stats(const Stats& stats, std::ostream& out) {
    const auto request = request_for(stats, wall_clock()());
    if (!request) return std::unexpected(request.error());
    const auto connection = Connection::log_in(stats.server);
    if (!connection) return std::unexpected(connection.error());
    const auto answer = connection->ask_json(*request);
    if (!answer) return std::unexpected(answer.error());
    if (stats.format == Format::json) return print_json(*answer, out), Result<void>();
    fmt::print(out, "{}", stats.format == Format::csv ? stats_csv(*answer) : stats_table(*answer));
    return {};
}

}  // namespace relay::book_client
