// SPDX-License-Identifier: Apache-2.0
#include "host/status/status_json.hpp"

#include "base/time_text.hpp"
#include "host/equipment/equipment_json.hpp"

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
    json["bits_per_second"] = 8 * figures.messages_per_second * figures.mean_size;
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
    json["mpegts"] = mpegts_json(feed);
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
        case uplink::State::refused:
            return "refused";
        case uplink::State::stopped:
            return "stopped";
    }
    return "";
}

Json as_json(const std::optional<WallTime>& time) {
    return time ? Json(format_time(*time)) : Json(nullptr);
}

Json as_json(const std::optional<record::Status>& recording) {
    if (!recording) return nullptr;  // the rule names no file
    Json json;
    json["file"] = recording->file;
    json["recording"] = recording->is_recording;
    json["since"] = as_json(recording->since);
    json["messages"] = recording->messages;
    json["bytes"] = recording->bytes;
    json["error"] = recording->error;
    return json;
}

Json as_json(const Destination& rule, const DestinationLink::Status& status) {
    Json json;
    json["stream"] = rule.stream;
    json["destination"] = status.connection.target;  // of several, the one in use
    json["feeds"] = status.feeds;
    json["state"] = name_of(status.connection.state);
    json["connected_since"] = as_json(status.connection.connected_since);
    json["retry_at"] = as_json(status.connection.retry_at);
    json["tries"] = status.connection.tries;
    json["connections"] = status.connection.connections;
    json["last_error"] = status.connection.last_error;
    json["sent"] = as_json(status.sent);
    json["received"] = as_json(status.received);
    json["dropped_messages"] = status.dropped.messages;
    json["dropped_bytes"] = status.dropped.bytes;
    json["dropped_pictures"] = status.dropped.pictures;
    json["unconnected_messages"] = status.unconnected_messages;
    json["unheard_messages"] = status.unheard_messages;
    json["recording"] = as_json(status.recording);
    return json;
}

Json process_json(const HostView& host) {
    Json json;
    json["version"] = program_version();
    json["uptime_seconds"] = std::chrono::duration<double>(host.now - host.started).count();
    return json;
}

}  // namespace

std::string status_json(const HostView& host) {
    Json json;
    json["process"] = process_json(host);
    json["feeds"] = Json::object();
    for (const auto& [name, feed] : host.feeds.all())
        json["feeds"][name] = as_json(*feed, host.now);
    json["destinations"] = Json::object();
    for (const auto& [id, rule] : host.rules.destinations())
        if (const DestinationLink* link = host.destinations.find(id))
            json["destinations"][id] = as_json(rule, link->status(host.now));
    if (host.equipment) json.update(equipment_json(host.equipment->status()));
    json["rules_file_error"] = host.rules_file_error;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace relay::host
