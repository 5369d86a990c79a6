// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace relay::media {

// What an MPEG transport stream was seen to consist of. A plain value.
struct StreamCounts {
    std::uint64_t packets = 0;
    std::uint64_t damaged_packets = 0;     // marked so by their sender, or malformed
    std::uint64_t association_tables = 0;  // PAT: without them no decoder finds the rest
    std::uint64_t map_tables = 0;          // PMT
    std::uint64_t pictures = 0;
    std::uint64_t random_access_points = 0;  // of the pictures: decoding can begin there

    StreamCounts& operator+=(const StreamCounts& other) {
        packets += other.packets;
        damaged_packets += other.damaged_packets;
        association_tables += other.association_tables;
        map_tables += other.map_tables;
        pictures += other.pictures;
        random_access_points += other.random_access_points;
        return *this;
    }
    StreamCounts& operator-=(const StreamCounts& other) {
        packets -= other.packets;
        damaged_packets -= other.damaged_packets;
        association_tables -= other.association_tables;
        map_tables -= other.map_tables;
        pictures -= other.pictures;
        random_access_points -= other.random_access_points;
        return *this;
    }
    bool operator==(const StreamCounts&) const = default;
};

}  // namespace relay::media
