// SPDX-License-Identifier: Apache-2.0
#include "host/status_json.hpp"

#include "base/time_text.hpp"
#include "net/url.hpp"

#include <nlohmann/json.hpp>

#include <chrono>

namespace relay::host {
namespace {

using Json = nlohmann::ordered_json;

Json as_json(const hub::Traffic::Figures& figures) {
    Json json;
    json["messages"] = figures.messages;
    json["bytes"] = figures.bytes;
    json["messages_per_second"] = figures.messages_per_second;
    json["mean_size"] = figures.mean_size;
    if (figures.age)
        json["last_seconds_ago"] = std::chrono::duration<double>(*figures.age).count();
    else
        json["last_seconds_ago"] = nullptr;  // never
    return json;
}

Json as_json(const Feed& feed, SteadyTime now) {
    Json json;
    json["video"] = feed.video();
    json["publisher"] = feed.has_publisher();
    json["clients"] = feed.clients();
    json["destinations"] = feed.destinations();
    json["discarded_bytes"] = feed.flaws().discarded_bytes;
    json["continuity_errors"] = feed.flaws().continuity_errors;
    json["sent"] = as_json(feed.sent(now));
    json["returned"] = as_json(feed.returned(now));
    return json;
}

const char* name_of(uplink::State state) {
    switch (state) {
        case uplink::State::connecting:
            return "connecting";
        case uplink::State::connected:
            return "connected";
        case uplink::State::waiting:
            return "waiting";
        case uplink::State::stopped:
            return "stopped";
    }
    return "";
}

Json as_json(const std::optional<WallTime>& time) {
    return time ? Json(format_time(*time)) : Json(nullptr);
}

Json as_json(const Destination& rule, const DestinationLink::Status& status) {
    const auto url = net::parse_url(rule.destination);
    Json json;
    json["stream"] = rule.stream;
    json["destination"] = url ? url->without_query() : "";
    json["feeds"] = status.feeds;
    json["state"] = name_of(status.connection.state);
    json["connected_since"] = as_json(status.connection.connected_since);
    json["retry_at"] = as_json(status.connection.retry_at);
    json["tries"] = status.connection.tries;
    json["connections"] = status.connection.connections;
    json["last_error"] = status.connection.last_error;
    json["sent"] = as_json(status.sent);
    json["received"] = as_json(status.received);
    json["dropped_messages"] = status.dropped_messages;
    json["unconnected_messages"] = status.unconnected_messages;
    json["unheard_messages"] = status.unheard_messages;
    return json;
}

}  // namespace

std::string status_json(const Feeds& feeds, const Rules& rules, const Destinations& destinations,
                        SteadyTime now) {
    Json json;
    json["feeds"] = Json::object();
    for (const auto& [name, feed] : feeds.all()) json["feeds"][name] = as_json(*feed, now);
    json["destinations"] = Json::object();
    for (const auto& [id, rule] : rules.destinations())
        if (const DestinationLink* link = destinations.find(id))
            json["destinations"][id] = as_json(rule, link->status(now));
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace relay::host
