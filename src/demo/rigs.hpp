// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

namespace relay::demo {

// A simulated experiment: a pendulum of its own, and the camera, which all of them share.
struct Rig {
    const char* id;     // names its topics and feeds
    const char* title;  // for people
    const char* pool;   // key in the manifest

    std::string video_topic() const { return std::string(id) + "-video"; }
    std::string data_topic() const { return std::string(id) + "-data"; }
    std::string feed() const { return std::string("data-") + id; }
};

// Two that stand in for each other, and one alone.
inline constexpr std::array<Rig, 3> rigs{{
    {"pendulum-a", "Pendulum A", "pendulums"},
    {"pendulum-b", "Pendulum B", "pendulums"},
    {"pendulum-c", "Pendulum C", "single-pendulum"},
}};

// What an operator uploads (docs/booking.md): the rigs in two pools, for one group. Streams are at
// `address`, where the relay is and the page too; the page's address holds {{session}} besides the
// keys of the reference.
std::string manifest(const std::string& address, const std::string& group);

}  // namespace relay::demo
