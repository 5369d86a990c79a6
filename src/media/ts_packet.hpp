// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

// MPEG transport streams, ISO/IEC 13818-1. Everything here is pure and safe on any bytes.
namespace relay::media {

inline constexpr std::size_t packet_size = 188;
inline constexpr std::uint8_t sync_byte = 0x47;
inline constexpr std::uint16_t null_pid = 0x1FFF;
inline constexpr std::uint16_t association_pid = 0;  // of the PAT

using PacketBytes = std::span<const std::uint8_t, packet_size>;

// The parts of a packet's header that are needed for most packets, without parsing the rest
// (§2.4.3.2).
inline std::uint16_t pid_of(PacketBytes packet) {
    return static_cast<std::uint16_t>((packet[1] & 0x1F) << 8 | packet[2]);
}
inline bool starts_unit(PacketBytes packet) {
    return (packet[1] & 0x40) != 0;
}
inline bool carries_payload(PacketBytes packet) {
    return (packet[3] & 0x10) != 0;
}

// Whether the message is packets and nothing else; so is an empty one.
bool holds_whole_packets(std::span<const std::uint8_t> message);

// A parsed packet; `payload` points into the bytes it was parsed from.
struct TsPacket {
    std::uint16_t pid = 0;
    std::uint8_t continuity_counter = 0;
    bool payload_unit_start = false;
    bool has_payload = false;
    bool discontinuity = false;  // the counter and clock may jump here
    bool random_access = false;  // the encoder says: decoding can begin here
    bool stuffed = false;        // filled up, as the last packet of a PES packet is (§2.4.3.5)
    std::span<const std::uint8_t> payload{};
};

// Nothing when the sync byte is missing, the packet is marked damaged (transport_error_indicator),
// or its adaptation field does not fit.
std::optional<TsPacket> parse_packet(PacketBytes bytes);

enum class StreamKind : std::uint8_t { video, audio, other };

// The beginning of a PES packet (§2.4.3.6).
struct PesStart {
    StreamKind kind = StreamKind::other;
    std::size_t total_size = 0;            // header included; 0: unbounded, usual for video
    std::span<const std::uint8_t> stream;  // the elementary stream's bytes in this TS packet
};

// Nothing when no PES packet begins in this TS packet.
std::optional<PesStart> parse_pes_start(const TsPacket& packet);

// Whether the packet belongs to the stream's tables: PAT, CAT, SDT and the like by their PID
// (Table 2-3), or the first packet of a PMT, whose PID is any.
bool is_table(const TsPacket& packet);

// Whether a PMT section begins in this packet.
bool is_map(const TsPacket& packet);

// Whether a PMT section begins in this packet that lists streams but no video among them; false
// when that cannot be seen here.
bool is_map_without_video(const TsPacket& packet);

}  // namespace relay::media
