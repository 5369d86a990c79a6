// SPDX-License-Identifier: Apache-2.0
#include "client/stats_report.hpp"

#include "base/duration.hpp"
#include "base/time_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace relay::client {
namespace {

using nlohmann::json;

// An array of objects, or something discarded.
json parse(std::string_view text) {
    json value = json::parse(text, nullptr, false);
    const bool report = value.is_array() && std::ranges::all_of(value, &json::is_object);
    return report ? value : json(json::value_t::discarded);
}

const json& member(const json& object, const char* name) {
    static const json nothing;
    if (!object.is_object()) return nothing;
    const auto found = object.find(name);
    return found == object.end() ? nothing : *found;
}

std::string text_of(const json& value) {
    return value.is_string() ? value.get<std::string>() : "";
}

double number_of(const json& value) {
    return value.is_number() ? value.get<double>() : 0;
}

bool flag_of(const json& value) {
    return value.is_boolean() && value.get<bool>();
}

TrafficFigures traffic_of(const json& value) {
    TrafficFigures figures;
    if (const auto age = parse_duration(text_of(member(value, "last")), std::chrono::seconds(1)))
        figures.age = *age;
    figures.messages_per_second = number_of(member(value, "fps"));
    figures.bytes_per_second = figures.messages_per_second * number_of(member(value, "size"));
    return figures;
}

ConnectionFigures connection_of(const json& value) {
    ConnectionFigures figures{.topic = text_of(member(value, "topic")),
                              .address = text_of(member(value, "remoteAddr")),
                              .user_agent = text_of(member(value, "userAgent")),
                              .can_read = flag_of(member(value, "canRead")),
                              .can_write = flag_of(member(value, "canWrite")),
                              .connected = std::nullopt,
                              .sends = traffic_of(member(member(value, "stats"), "tx")),
                              .gets = traffic_of(member(member(value, "stats"), "rx"))};
    if (const auto since = parse_time(text_of(member(value, "connected"))))
        figures.connected = *since;
    return figures;
}

}  // namespace

std::optional<std::vector<ConnectionFigures>> read_report(std::string_view text) {
    const json report = parse(text);
    if (report.is_discarded()) return std::nullopt;
    std::vector<ConnectionFigures> connections;
    for (const json& each : report) connections.push_back(connection_of(each));
    std::ranges::sort(connections, {}, [](const ConnectionFigures& each) {
        return std::tie(each.topic, each.address, each.connected, each.user_agent);
    });
    return connections;
}

std::optional<std::string> report_line(std::string_view text) {
    const json report = parse(text);
    if (report.is_discarded()) return std::nullopt;
    return report.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace relay::client
