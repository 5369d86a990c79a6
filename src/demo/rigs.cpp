// SPDX-License-Identifier: Apache-2.0
#include "demo/rigs.hpp"

#include <fmt/format.h>

namespace relay::demo {
namespace {

constexpr auto pools = R"(groups:
  {0}:
    pools: [pendulums, single-pendulum]
pools:
  pendulums:
    description:
      name: Pendulums
      type: pool
      short: Two alike; you are given the one that has rested longer.
    minsession: 60
    maxsession: 1800
    activities: [pendulum-a, pendulum-b]
  single-pendulum:
    description:
      name: The single pendulum
      type: pool
      short: There is only one of it.
    minsession: 60
    maxsession: 1800
    activities: [pendulum-c]
)";

constexpr auto activity = R"(  {id}:
    description: {id}
    UISet: {id}
    exp: 4102444800
    streams:
      video:
        for: video
        url: "{address}/session/{id}-video"
        audience: "{address}"
        ct: session
        topic: {id}-video
        verb: POST
        scopes: [read]
      data:
        for: data
        url: "{address}/session/{id}-data"
        audience: "{address}"
        ct: session
        topic: {id}-data
        verb: POST
        scopes: [read, write]
)";

// The tokens stand behind `#`, which browsers do not send to any server.
constexpr auto interface = R"(  {id}:
    description: {{name: Page of the demo, type: ui}}
    url: "{address}/view/#streams={{{{streams}}}}&exp={{{{exp}}}}&session={{{{session}}}}&title={title}"
    streamsrequired: [video, data]
)";

std::string escaped(std::string text) {
    for (auto at = text.find(' '); at != text.npos; at = text.find(' ', at))
        text.replace(at, 1, "%20");
    return text;
}

}  // namespace

std::string manifest(const std::string& address, const std::string& group) {
    std::string activities = "activities:\n";
    std::string interfaces = "uis:\n";
    std::string sets = "UISets:\n";
    std::string descriptions = "descriptions:\n";
    for (const Rig& rig : rigs) {
        activities += fmt::format(activity, fmt::arg("id", rig.id), fmt::arg("address", address));
        interfaces += fmt::format(interface, fmt::arg("id", rig.id), fmt::arg("address", address),
                                  fmt::arg("title", escaped(rig.title)));
        sets += fmt::format("  {0}: [{0}]\n", rig.id);
        descriptions += fmt::format("  {}: {{name: {}, type: activity, short: A simulation.}}\n",
                                    rig.id, rig.title);
    }
    return fmt::format(pools, group) + activities + interfaces + sets + descriptions;
}

}  // namespace relay::demo
