// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "media/ts_packet.hpp"

#include <cstdint>
#include <optional>
#include <vector>

// The tables that say what a transport stream holds (ISO/IEC 13818-1 §2.4.4), as far as encoders
// use them: one programme, each table in one packet.
namespace relay::media {

// What the program association table (PAT) says of its first programme.
struct Association {
    std::uint16_t stream_id = 1;
    std::uint16_t program = 1;
    std::uint16_t map_pid = null_pid;
    std::uint8_t version = 0;  // changes with the contents, modulo 32

    bool operator==(const Association&) const = default;
};

// A program map table (PMT).
struct ProgramMap {
    struct Track {
        std::uint8_t stream_type = 0;
        std::uint16_t pid = null_pid;
        std::vector<std::uint8_t> descriptors;

        bool operator==(const Track&) const = default;
    };

    std::uint8_t version = 0;            // changes with the contents, modulo 32
    std::uint16_t clock_pid = null_pid;  // whose packets carry the programme's clock
    std::vector<std::uint8_t> descriptors;
    std::vector<Track> tracks;

    bool operator==(const ProgramMap&) const = default;
};

// Nothing when no such table begins and ends in this packet, or its checksum is wrong.
std::optional<Association> parse_association(const TsPacket& packet);
std::optional<ProgramMap> parse_program_map(const TsPacket& packet);

// Fills a packet with the table; its continuity counter is 0.
void write_association(const Association& association, std::span<std::uint8_t, packet_size> packet);

// False, and nothing is written, when the map does not fit in one packet.
bool write_program_map(const ProgramMap& map, const Association& association,
                       std::span<std::uint8_t, packet_size> packet);

}  // namespace relay::media
