// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "load/payload.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace relay::load {

namespace ts {
inline constexpr std::size_t packet_size = 188;
inline constexpr std::uint8_t sync_byte = 0x47;
inline constexpr std::uint16_t map_pid = 0x1000;
inline constexpr std::uint16_t video_pid = 0x0100;
}  // namespace ts

// Writes a synthetic MPEG transport stream (ISO/IEC 13818-1) with one MPEG-1 video stream: for each
// picture the whole packets of one PES packet, in front of random-access points also the tables.
// The stamp and its body travel as the picture's user data, so every byte can be verified; the
// pictures have no slices, so nothing can be seen in a player. One thread.
class TsWriter {
public:
    // `payload` has text form, which cannot imitate a start code, and outlives the writer.
    explicit TsWriter(const Payload& payload) : payload_(payload) {}

    // Replaces `out` by the packets of the picture numbered stamp.sequence; they are more than
    // stamp.length bytes by headers and stuffing.
    void write(const Stamp& stamp, bool random_access, std::vector<std::uint8_t>& out);

private:
    void append_tables(std::vector<std::uint8_t>& out);
    void append_video(std::span<const std::uint8_t> pes, std::uint64_t clock, bool random_access,
                      std::vector<std::uint8_t>& out);

    const Payload& payload_;
    std::vector<std::uint8_t> pes_;  // kept for its memory
    std::uint8_t association_counter_ = 0;
    std::uint8_t map_counter_ = 0;
    std::uint8_t video_counter_ = 0;
};

}  // namespace relay::load
