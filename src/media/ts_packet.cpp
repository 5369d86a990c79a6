// SPDX-License-Identifier: Apache-2.0
#include "media/ts_packet.hpp"

#include "media/section_bits.hpp"

#include <algorithm>
#include <array>

namespace relay::media {
namespace {

using Bytes = std::span<const std::uint8_t>;

// The bytes that an adaptation field's flags announce, the flags included (§2.4.3.4); more than
// the field holds when it is malformed.
std::size_t used_by_fields(Bytes field) {
    const std::uint8_t flags = field[0];
    std::size_t used = 1;
    if (flags & 0x10) used += 6;  // PCR
    if (flags & 0x08) used += 6;  // OPCR
    if (flags & 0x04) used += 1;  // splice countdown
    for (const std::uint8_t flag :
         {std::uint8_t{0x02}, std::uint8_t{0x01}}) {  // private, extension
        if (!(flags & flag)) continue;
        if (used >= field.size()) return field.size() + 1;
        used += 1U + field[used];
    }
    return used;
}

void read_adaptation_field(Bytes field, TsPacket& packet) {
    if (field.empty() || field[0] == 0) {
        packet.stuffed = true;  // a field that says nothing fills one byte, two, or all
        return;
    }
    packet.discontinuity = (field[0] & 0x80) != 0;
    packet.random_access = (field[0] & 0x40) != 0;
    packet.stuffed = used_by_fields(field) < field.size();
}

StreamKind kind_of(std::uint8_t stream_id) {  // Table 2-22
    if ((stream_id & 0xF0) == 0xE0) return StreamKind::video;
    if ((stream_id & 0xE0) == 0xC0) return StreamKind::audio;
    return stream_id == 0xBD ? StreamKind::audio : StreamKind::other;  // private 1: AC-3, Opus
}

// The section that begins in this packet, from its table_id on.
Bytes section_of(const TsPacket& packet) {
    if (!packet.payload_unit_start || packet.payload.empty()) return {};
    const std::size_t start = 1U + packet.payload[0];  // pointer_field, §2.4.4.2
    return start < packet.payload.size() ? packet.payload.subspan(start) : Bytes{};
}

bool is_program_map(Bytes section) {
    return section.size() >= 12 && section[0] == 0x02 && (section[1] & 0xC0) == 0x80;
}

// Stream types that are surely no video (Table 2-34 and ATSC A/53): an unknown one may be.
bool is_never_video(std::uint8_t stream_type) {
    constexpr std::array<std::uint8_t, 12> types{0x03, 0x04, 0x05, 0x06, 0x0F, 0x11,
                                                 0x15, 0x1C, 0x81, 0x82, 0x86, 0x87};
    return std::ranges::find(types, stream_type) != types.end();
}

}  // namespace

bool holds_whole_packets(std::span<const std::uint8_t> message) {
    if (message.size() % packet_size != 0) return false;
    for (std::size_t at = 0; at < message.size(); at += packet_size)
        if (message[at] != sync_byte) return false;
    return true;
}

std::optional<TsPacket> parse_packet(PacketBytes bytes) {
    if (bytes[0] != sync_byte || (bytes[1] & 0x80)) return std::nullopt;
    TsPacket packet;
    packet.pid = pid_of(bytes);
    packet.continuity_counter = bytes[3] & 0x0F;
    packet.payload_unit_start = starts_unit(bytes);
    packet.has_payload = carries_payload(bytes);
    std::size_t payload_at = 4;
    if (bytes[3] & 0x20) {
        const std::size_t length = bytes[4];
        payload_at = 5 + length;
        if (payload_at > packet_size) return std::nullopt;
        read_adaptation_field(Bytes(bytes).subspan(5, length), packet);
    }
    if (packet.has_payload) packet.payload = Bytes(bytes).subspan(payload_at);
    return packet;
}

std::optional<PesStart> parse_pes_start(const TsPacket& packet) {
    const Bytes bytes = packet.payload;
    if (!packet.payload_unit_start || bytes.size() < 6) return std::nullopt;
    if (bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 1) return std::nullopt;
    PesStart pes;
    pes.kind = kind_of(bytes[3]);
    const std::size_t length = static_cast<std::size_t>(bytes[4] << 8 | bytes[5]);
    if (length != 0) pes.total_size = 6 + length;
    if (bytes.size() < 9) return pes;
    const std::size_t stream_at = 9U + bytes[8];
    if (stream_at < bytes.size()) pes.stream = bytes.subspan(stream_at);
    return pes;
}

bool is_table(const TsPacket& packet) {
    return packet.pid < 0x20 || is_map(packet);
}

bool is_map(const TsPacket& packet) {
    return is_program_map(section_of(packet));
}

bool is_map_without_video(const TsPacket& packet) {
    const Bytes section = section_of(packet);
    if (!is_program_map(section)) return false;
    const std::size_t checksum_at = twelve_bits(section, 1) + 3 - 4;
    std::size_t at = 12 + twelve_bits(section, 10);
    if (checksum_at > section.size() || at + 5 > checksum_at) return false;
    for (; at + 5 <= checksum_at; at += 5 + twelve_bits(section, at + 3))
        if (!is_never_video(section[at])) return false;
    return true;
}

}  // namespace relay::media
