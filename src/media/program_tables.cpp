// SPDX-License-Identifier: Apache-2.0
#include "media/program_tables.hpp"

#include "media/section_bits.hpp"

#include <algorithm>
#include <array>

namespace relay::media {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint8_t association_table = 0x00;
constexpr std::uint8_t map_table = 0x02;
constexpr std::size_t header_size = 8;  // of a section, up to last_section_number
constexpr std::size_t checksum_size = 4;

constexpr std::array<std::uint32_t, 256> checksum_table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t value = i << 24;
        for (int bit = 0; bit < 8; ++bit)
            value = value << 1 ^ ((value & 0x8000'0000) != 0 ? 0x04C1'1DB7U : 0U);
        table[i] = value;
    }
    return table;
}();

// Annex A; 0 over a section with its checksum.
std::uint32_t checksum(Bytes section) {
    std::uint32_t value = 0xFFFF'FFFF;
    for (const std::uint8_t byte : section) value = value << 8 ^ checksum_table[value >> 24 ^ byte];
    return value;
}

// The first section of the packet, without its checksum, when it is whole and in force.
Bytes find_section(const TsPacket& packet, std::uint8_t table) {
    const Bytes payload = packet.payload;
    if (!packet.payload_unit_start || payload.empty()) return {};
    const std::size_t start = 1U + payload[0];  // pointer_field, §2.4.4.2
    if (start + header_size + checksum_size > payload.size()) return {};
    const Bytes rest = payload.subspan(start);
    const std::size_t size = 3 + twelve_bits(rest, 1);
    if (rest[0] != table || size > rest.size() || size < header_size + checksum_size) return {};
    const Bytes section = rest.first(size);
    const bool in_force = (section[5] & 0x01) != 0;
    if (!in_force || checksum(section) != 0) return {};
    return section.first(size - checksum_size);
}

std::uint8_t version_of(Bytes section) {
    return section[5] >> 1 & 0x1F;
}

std::vector<std::uint8_t> copy(Bytes bytes) {
    return {bytes.begin(), bytes.end()};
}

class SectionWriter {
public:
    SectionWriter(std::uint8_t table, std::uint16_t identifier, std::uint8_t version) {
        bytes_ = {table, 0, 0};
        put(identifier);
        bytes_.push_back(static_cast<std::uint8_t>(0xC1 | (version & 0x1F) << 1));
        put(std::uint16_t{0});  // the only section
    }

    void put(std::uint16_t value) {
        bytes_.push_back(static_cast<std::uint8_t>(value >> 8));
        bytes_.push_back(static_cast<std::uint8_t>(value & 0xFF));
    }
    void put(std::uint8_t value) { bytes_.push_back(value); }
    void put_pid(std::uint16_t pid) { put(static_cast<std::uint16_t>(0xE000 | pid)); }
    void put_with_length(Bytes bytes) {
        put(static_cast<std::uint16_t>(0xF000 | bytes.size()));
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }

    // False when it does not fit.
    bool fill(std::uint16_t pid, std::span<std::uint8_t, packet_size> packet) {
        if (5 + bytes_.size() + checksum_size > packet_size) return false;
        const std::size_t length = bytes_.size() - 3 + checksum_size;
        bytes_[1] = static_cast<std::uint8_t>(0xB0 | length >> 8);
        bytes_[2] = static_cast<std::uint8_t>(length & 0xFF);
        const std::uint32_t sum = checksum(bytes_);
        put(static_cast<std::uint16_t>(sum >> 16));
        put(static_cast<std::uint16_t>(sum & 0xFFFF));
        const std::array<std::uint8_t, 5> head{sync_byte,
                                               static_cast<std::uint8_t>(0x40 | pid >> 8),
                                               static_cast<std::uint8_t>(pid & 0xFF), 0x10, 0};
        const auto end = std::ranges::copy(bytes_, std::ranges::copy(head, packet.begin()).out).out;
        std::fill(end, packet.end(), std::uint8_t{0xFF});
        return true;
    }

private:
    std::vector<std::uint8_t> bytes_;
};

}  // namespace

std::optional<Association> parse_association(const TsPacket& packet) {
    const Bytes section = find_section(packet, association_table);
    for (std::size_t at = header_size; at + 4 <= section.size(); at += 4) {
        const std::uint16_t program = sixteen_bits(section, at);
        if (program == 0) continue;  // that is the network's
        return Association{.stream_id = sixteen_bits(section, 3),
                           .program = program,
                           .map_pid = thirteen_bits(section, at + 2),
                           .version = version_of(section)};
    }
    return std::nullopt;
}

std::optional<ProgramMap> parse_program_map(const TsPacket& packet) {
    const Bytes section = find_section(packet, map_table);
    if (section.size() < header_size + 4) return std::nullopt;
    ProgramMap map{.version = version_of(section),
                   .clock_pid = thirteen_bits(section, 8),
                   .descriptors = {},
                   .tracks = {}};
    std::size_t at = header_size + 4;
    const std::size_t about_all = twelve_bits(section, 10);
    if (at + about_all > section.size()) return std::nullopt;
    map.descriptors = copy(section.subspan(at, about_all));
    for (at += about_all; at + 5 <= section.size();) {
        const std::size_t size = twelve_bits(section, at + 3);
        if (at + 5 + size > section.size()) return std::nullopt;
        map.tracks.push_back({.stream_type = section[at],
                              .pid = thirteen_bits(section, at + 1),
                              .descriptors = copy(section.subspan(at + 5, size))});
        at += 5 + size;
    }
    return map;
}

void write_association(const Association& association,
                       std::span<std::uint8_t, packet_size> packet) {
    SectionWriter section(association_table, association.stream_id, association.version);
    section.put(association.program);
    section.put_pid(association.map_pid);
    section.fill(association_pid, packet);
}

bool write_program_map(const ProgramMap& map, const Association& association,
                       std::span<std::uint8_t, packet_size> packet) {
    SectionWriter section(map_table, association.program, map.version);
    section.put_pid(map.clock_pid);
    section.put_with_length(map.descriptors);
    for (const ProgramMap::Track& track : map.tracks) {
        section.put(track.stream_type);
        section.put_pid(track.pid);
        section.put_with_length(track.descriptors);
    }
    return section.fill(association.map_pid, packet);
}

}  // namespace relay::media
