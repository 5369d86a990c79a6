// SPDX-License-Identifier: Apache-2.0
#include "host/equipment/equipment_metrics.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace relay::host {
namespace {

using metrics::Family;
using metrics::Kind;

template <class Status>
struct Metric {
    const char* name;
    Kind kind;
    const char* help;
    std::uint64_t (*value)(const Status&);
};

constexpr Metric<Camera::Status> camera_metrics[] = {
    {"relay_host_camera_running", Kind::gauge, "Cameras of the feed that run.",
     [](const Camera::Status& camera) -> std::uint64_t {
         return camera.state == EquipmentState::running ? 1 : 0;
     }},
    {"relay_host_camera_starts_total", Kind::counter, "Starts of the feed's cameras.",
     [](const Camera::Status& camera) { return camera.starts; }},
};

constexpr Metric<Bridge::Status> bridge_metrics[] = {
    {"relay_host_bridge_open", Kind::gauge, "Bridges of the feed whose device is open.",
     [](const Bridge::Status& bridge) -> std::uint64_t {
         return bridge.state == EquipmentState::running ? 1 : 0;
     }},
    {"relay_host_bridge_starts_total", Kind::counter, "Times that their devices were opened.",
     [](const Bridge::Status& bridge) { return bridge.starts; }},
    {"relay_host_bridge_received_messages_total", Kind::counter,
     "Messages that came from their devices.",
     [](const Bridge::Status& bridge) { return bridge.received_messages; }},
    {"relay_host_bridge_received_bytes_total", Kind::counter, "Bytes that came from them.",
     [](const Bridge::Status& bridge) { return bridge.received_bytes; }},
    {"relay_host_bridge_sent_messages_total", Kind::counter,
     "Messages that were written to their devices.",
     [](const Bridge::Status& bridge) { return bridge.sent_messages; }},
    {"relay_host_bridge_sent_bytes_total", Kind::counter, "Bytes that were written to them.",
     [](const Bridge::Status& bridge) { return bridge.sent_bytes; }},
    {"relay_host_bridge_dropped_messages_total", Kind::counter,
     "Messages for devices that were not open or too slow.",
     [](const Bridge::Status& bridge) { return bridge.dropped_messages; }},
};

template <class Status, std::size_t size>
void add(std::vector<Family>& families, const Metric<Status> (&table)[size],
         const std::vector<Status>& units) {
    for (const Metric<Status>& metric : table) {
        std::map<std::string, std::uint64_t> sums;
        for (const Status& unit : units) sums[unit.feed] += metric.value(unit);
        Family& family = families.emplace_back(metric.name, metric.help, metric.kind);
        for (const auto& [feed, sum] : sums)
            family.samples.push_back({{{"feed", feed}}, static_cast<double>(sum)});
    }
}

}  // namespace

std::vector<Family> equipment_metrics(const Equipment::Status& status) {
    std::vector<Family> families;
    add(families, camera_metrics, status.cameras);
    add(families, bridge_metrics, status.bridges);
    return families;
}

}  // namespace relay::host
