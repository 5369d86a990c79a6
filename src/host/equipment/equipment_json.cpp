// SPDX-License-Identifier: Apache-2.0
#include "host/equipment/equipment_json.hpp"

#include "base/time_text.hpp"

namespace relay::host {
namespace {

using Json = nlohmann::ordered_json;

const char* name_of(EquipmentState state) {
    switch (state) {
        case EquipmentState::idle:
            return "idle";
        case EquipmentState::starting:
            return "starting";
        case EquipmentState::running:
            return "running";
        case EquipmentState::waiting:
            return "waiting";
        case EquipmentState::stopped:
            return "stopped";
    }
    return "";
}

Json common(const EquipmentStatus& status) {
    Json json;
    json["feed"] = status.feed;
    json["state"] = name_of(status.state);
    json["since"] = format_time(status.since);
    json["retry_at"] = status.retry_at ? Json(format_time(*status.retry_at)) : Json(nullptr);
    json["starts"] = status.starts;
    json["last_error"] = status.last_error;
    return json;
}

Json as_json(const Camera::Status& status) {
    Json json = common(status);
    json["on_demand"] = status.on_demand;
    json["last_lines"] = status.last_lines;
    return json;
}

Json as_json(const Bridge::Status& status) {
    Json json = common(status);
    json["device"] = status.device;
    json["received_messages"] = status.received_messages;
    json["received_bytes"] = status.received_bytes;
    json["sent_messages"] = status.sent_messages;
    json["sent_bytes"] = status.sent_bytes;
    json["dropped_messages"] = status.dropped_messages;
    json["cut_lines"] = status.cut_lines;
    return json;
}

}  // namespace

Json equipment_json(const Equipment::Status& status) {
    Json json;
    json["cameras"] = Json::array();
    for (const auto& camera : status.cameras) json["cameras"].push_back(as_json(camera));
    json["bridges"] = Json::array();
    for (const auto& bridge : status.bridges) json["bridges"].push_back(as_json(bridge));
    return json;
}

Json mpegts_json(const Feed& feed) {
    const media::StreamCounts& contents = feed.contents();
    Json json;
    json["packets"] = contents.packets;
    json["damaged_packets"] = contents.damaged_packets;
    json["association_tables"] = contents.association_tables;
    json["map_tables"] = contents.map_tables;
    json["pictures"] = contents.pictures;
    json["random_access_points"] = contents.random_access_points;
    return json;
}

}  // namespace relay::host
