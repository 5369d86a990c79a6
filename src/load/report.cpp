// SPDX-License-Identifier: Apache-2.0
#include "load/report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace relay::load {
namespace {

using Json = nlohmann::ordered_json;

double microseconds(Histogram::Duration duration) {
    return static_cast<double>(duration.count()) / 1000.0;
}

double per(double amount, std::uint64_t count) {
    return count ? amount / static_cast<double>(count) : 0;
}

double server_cpu(const Report& report) {
    return report.after.cpu_seconds - report.connected.cpu_seconds;
}

double resident_per_connection(const Report& report) {
    const auto growth = static_cast<double>(report.connected.resident) -
                        static_cast<double>(report.before.resident);
    return per(growth, report.open);
}

void add(ClassReport& sum, const ClassReport& part) {
    sum.readers += part.readers;
    sum.expected += part.expected;
    sum.lost += part.lost;
    sum.skipped += part.skipped;
    sum.closed += part.closed;
    sum.excused_closed += part.excused_closed;
    sum.tally.merge(part.tally);
}

template <class Counts>
void add_counts(Counts& sum, const Counts& part) {
    for (const auto& [key, count] : part) sum[key] += count;
}

Json percentiles(const Histogram& histogram) {
    return {{"p50", microseconds(histogram.percentile(50))},
            {"p90", microseconds(histogram.percentile(90))},
            {"p99", microseconds(histogram.percentile(99))},
            {"p999", microseconds(histogram.percentile(99.9))},
            {"max", microseconds(histogram.max())}};
}

Json as_json(const ClassReport& part) {
    const Tally& tally = part.tally;
    return {{"readers", part.readers},
            {"expected", part.expected},
            {"delivered", tally.delivered},
            {"bytes", tally.bytes},
            {"lost", part.lost},
            {"skipped", part.skipped},
            {"gaps", tally.gaps},
            {"closed", part.closed},
            {"duplicated", tally.duplicated},
            {"reordered", tally.reordered},
            {"merged", tally.merged},
            {"truncated", tally.truncated},
            {"corrupted", tally.corrupted},
            {"misrouted", tally.misrouted},
            {"retyped", tally.retyped},
            {"torn", tally.torn},
            {"dirty_skips", tally.dirty_skips},
            {"latency_us", percentiles(tally.latency)}};
}

Json server_as_json(const Report& report, std::uint64_t delivered) {
    const double cpu = server_cpu(report);
    return {{"cpu_seconds", cpu},
            {"user_seconds", report.after.user_seconds - report.connected.user_seconds},
            {"system_seconds", report.after.system_seconds - report.connected.system_seconds},
            {"cpu_us_per_delivered", per(cpu * 1e6, delivered)},
            {"threads", report.after.threads},
            {"resident_before", report.before.resident},
            {"resident_connected", report.connected.resident},
            {"resident_peak", report.resident_peak},
            {"resident_after", report.after.resident},
            {"resident_per_connection", resident_per_connection(report)}};
}

std::string connections_as_text(const Report& report) {
    std::string text = fmt::format(
        "connections  {} open, {} refused, {} closed by the relay; {:.0f}/s, handshake p50 {:.0f} "
        "p99 {:.0f} us\n",
        report.open, report.refused, report.closed,
        report.connect_seconds > 0 ? static_cast<double>(report.open) / report.connect_seconds : 0,
        microseconds(report.handshakes.percentile(50)),
        microseconds(report.handshakes.percentile(99)));
    for (const auto& [reason, count] : report.refusals)
        text += fmt::format("  refused    {} x {}\n", count, reason);
    for (const auto& [code, count] : report.close_codes)
        text += fmt::format("  closed     {} x code {}\n", count, code);
    return text;
}

std::string class_as_text(const std::string& name, const ClassReport& part) {
    const Tally& tally = part.tally;
    const Histogram& latency = tally.latency;
    return fmt::format(
        "{:<12} {:>7} {:>11} {:>8} {:>8} {:>6} {:>6} {:>6} {:>6} {:>8.0f} {:>8.0f} {:>8.0f} "
        "{:>8.0f} {:>8.0f}\n",
        name, part.readers, tally.delivered, part.lost, part.skipped, tally.reordered, tally.merged,
        tally.faults() - tally.reordered - tally.merged, part.closed,
        microseconds(latency.percentile(50)), microseconds(latency.percentile(90)),
        microseconds(latency.percentile(99)), microseconds(latency.percentile(99.9)),
        microseconds(latency.max()));
}

std::string server_as_text(const Report& report, std::uint64_t delivered) {
    constexpr double kibi = 1024;
    return fmt::format(
        "server       {:.2f} us CPU per delivered message ({:.2f} s), {:.2f} KiB per connection, "
        "resident {:.0f} KiB before, {:.0f} connected, {:.0f} peak\n",
        per(server_cpu(report) * 1e6, delivered), server_cpu(report),
        resident_per_connection(report) / kibi, static_cast<double>(report.before.resident) / kibi,
        static_cast<double>(report.connected.resident) / kibi,
        static_cast<double>(report.resident_peak) / kibi);
}

}  // namespace

void Report::merge(const Report& other) {
    open += other.open;
    refused += other.refused;
    add_counts(refusals, other.refusals);
    handshakes.merge(other.handshakes);
    closed += other.closed;
    publishers_closed += other.publishers_closed;
    add_counts(close_codes, other.close_codes);
    publishers += other.publishers;
    sent += other.sent;
    stuck = stuck || other.stuck;
    publish_seconds = std::max(publish_seconds, other.publish_seconds);
    lateness.merge(other.lateness);
    for (const auto& [name, part] : other.classes) add(classes[name], part);
    resident_peak = std::max(resident_peak, other.resident_peak);
}

ClassReport Report::total() const {
    ClassReport sum;
    for (const auto& [name, part] : classes) add(sum, part);
    return sum;
}

bool Report::is_clean(bool allow_loss) const {
    const ClassReport sum = total();
    const bool complete = sum.lost == 0 && sum.closed == sum.excused_closed && !stuck;
    return refused == 0 && publishers_closed == 0 && sum.tally.faults() == 0 &&
           (complete || allow_loss);
}

std::string to_text(const Report& report, const Config& config) {
    const ClassReport total = report.total();
    std::string text = config.label.empty() ? "" : config.label + "\n";
    text += connections_as_text(report);
    text += fmt::format(
        "messages     {} sent by {} publishers in {:.2f} s, late p99 {:.0f} us max {:.0f} us; "
        "{:.0f} delivered/s{}\n",
        report.sent, report.publishers, report.publish_seconds,
        microseconds(report.lateness.percentile(99)), microseconds(report.lateness.max()),
        report.publish_seconds > 0
            ? static_cast<double>(total.tally.delivered) / report.publish_seconds
            : 0,
        report.stuck ? "; stopped: the readers fell silent" : "");
    text += fmt::format(
        "{:<12} {:>7} {:>11} {:>8} {:>8} {:>6} {:>6} {:>6} {:>6} {:>8} {:>8} {:>8} {:>8} {:>8}\n",
        "class", "readers", "delivered", "lost", "skipped", "order", "merged", "other", "closed",
        "p50 us", "p90", "p99", "p99.9", "max");
    for (const auto& [name, part] : report.classes) text += class_as_text(name, part);
    if (!config.processes.empty()) text += server_as_text(report, total.tally.delivered);
    text += fmt::format("generator    {:.2f} us CPU per delivered message\n",
                        per(report.generator_cpu_seconds * 1e6, total.tally.delivered));
    return text + (report.is_clean(config.allow_loss) ? "clean\n" : "NOT CLEAN\n");
}

std::string to_json(const Report& report, const Config& config) {
    const ClassReport total = report.total();
    Json json = {{"label", config.label},
                 {"clean", report.is_clean(config.allow_loss)},
                 {"connections", report.open},
                 {"refused", report.refused},
                 {"refusals", report.refusals},
                 {"connect_seconds", report.connect_seconds},
                 {"handshake_us", percentiles(report.handshakes)},
                 {"closed", report.closed},
                 {"publishers", report.publishers},
                 {"publishers_closed", report.publishers_closed},
                 {"close_codes", Json::object()},
                 {"sent", report.sent},
                 {"stuck", report.stuck},
                 {"publish_seconds", report.publish_seconds},
                 {"lateness_us", percentiles(report.lateness)},
                 {"total", as_json(total)},
                 {"classes", Json::object()},
                 {"generator_cpu_us_per_delivered",
                  per(report.generator_cpu_seconds * 1e6, total.tally.delivered)}};
    for (const auto& [code, count] : report.close_codes)
        json["close_codes"][std::to_string(code)] = count;
    for (const auto& [name, part] : report.classes) json["classes"][name] = as_json(part);
    if (!config.processes.empty()) json["server"] = server_as_json(report, total.tally.delivered);
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace relay::load
