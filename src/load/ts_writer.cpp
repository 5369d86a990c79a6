// SPDX-License-Identifier: Apache-2.0
#include "load/ts_writer.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace relay::load {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t clock_per_picture = 3600;  // 90 kHz at 25 pictures per second
constexpr std::uint64_t clock_offset = 45'000;     // time of presentation after the clock reference

void append(Bytes& out, std::initializer_list<unsigned> bytes) {
    for (const unsigned byte : bytes) out.push_back(static_cast<std::uint8_t>(byte));
}

// ISO/IEC 13818-1 annex A.
std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
    std::uint32_t crc = 0xFFFFFFFF;
    for (const std::uint8_t byte : bytes) {
        crc ^= std::uint32_t{byte} << 24;
        for (int bit = 0; bit < 8; ++bit) crc = crc << 1 ^ (crc & 0x80000000 ? 0x04C11DB7 : 0);
    }
    return crc;
}

void append_header(Bytes& out, unsigned pid, bool unit_start, bool adaptation,
                   std::uint8_t& counter) {
    append(out, {ts::sync_byte, (unit_start ? 0x40U : 0U) | pid >> 8, pid & 0xFF,
                 (adaptation ? 0x30U : 0x10U) | counter});
    counter = (counter + 1) & 0x0F;
}

void append_section(Bytes& out, unsigned pid, std::uint8_t& counter, Bytes section) {
    const std::uint32_t crc = crc32(section);
    append(section, {crc >> 24, crc >> 16 & 0xFF, crc >> 8 & 0xFF, crc & 0xFF});
    const std::size_t end = out.size() + ts::packet_size;
    append_header(out, pid, true, false, counter);
    out.push_back(0);  // pointer_field: the section begins at once
    out.insert(out.end(), section.begin(), section.end());
    out.resize(end, 0xFF);
}

// §2.4.3.7, with a time of presentation and no length, as is usual for video.
void append_pes_header(Bytes& out, std::uint64_t pts) {
    const auto bits = [pts](unsigned shift, unsigned mask) {
        return static_cast<unsigned>(pts >> shift) & mask;
    };
    append(out, {0, 0, 1, 0xE0, 0, 0, 0x80, 0x80, 5, 0x21 | bits(30, 7) << 1, bits(22, 0xFF),
                 bits(15, 0x7F) << 1 | 1, bits(7, 0xFF), bits(0, 0x7F) << 1 | 1});
}

// ISO/IEC 11172-2 §2.4.2: sequence and group headers, picture header, then the start code of user
// data.
void append_picture_header(Bytes& out, std::uint64_t sequence, bool random_access) {
    if (random_access) {
        append(out, {0, 0, 1, 0xB3, 0x28, 0x01, 0xE0, 0x13, 0xFF, 0xFF, 0xE0, 0x18});
        append(out, {0, 0, 1, 0xB8, 0x00, 0x08, 0x00, 0x40});
    }
    const auto order = static_cast<unsigned>(sequence & 0x3FF);
    const unsigned kind = random_access ? 1 : 2;  // intra-coded or predicted
    append(out, {0, 0, 1, 0x00, order >> 2, (order & 3) << 6 | kind << 3 | 7, 0xFF, 0xF8});
    append(out, {0, 0, 1, 0xB2});
}

// §2.4.3.4: random-access flag and clock reference.
std::array<std::uint8_t, 7> first_adaptation(std::uint64_t clock, bool random_access) {
    const auto byte = [clock](unsigned shift) { return static_cast<std::uint8_t>(clock >> shift); };
    return {static_cast<std::uint8_t>(random_access ? 0x50 : 0x10),
            byte(25),
            byte(17),
            byte(9),
            byte(1),
            static_cast<std::uint8_t>((clock & 1) << 7 | 0x7E),
            0};
}

}  // namespace

void TsWriter::write(const Stamp& stamp, bool random_access, Bytes& out) {
    const std::uint64_t clock = stamp.sequence * clock_per_picture;
    pes_.clear();
    append_pes_header(pes_, clock + clock_offset);
    append_picture_header(pes_, stamp.sequence, random_access);
    const std::size_t body_at = pes_.size();
    pes_.resize(body_at + stamp.length);
    payload_.write(stamp, std::span(pes_).subspan(body_at));

    out.clear();
    if (random_access) append_tables(out);
    append_video(pes_, clock, random_access, out);
}

// §2.4.4.3 and §2.4.4.8: one programme with one MPEG-1 video stream.
void TsWriter::append_tables(Bytes& out) {
    Bytes section;
    append(section,
           {0x00, 0xB0, 13, 0, 1, 0xC1, 0, 0, 0, 1, 0xE0 | ts::map_pid >> 8, ts::map_pid & 0xFF});
    append_section(out, 0, association_counter_, section);
    section.clear();
    append(section,
           {0x02, 0xB0, 18, 0, 1, 0xC1, 0, 0, 0xE0 | ts::video_pid >> 8, ts::video_pid & 0xFF, 0xF0,
            0, 0x01, 0xE0 | ts::video_pid >> 8, ts::video_pid & 0xFF, 0xF0, 0});
    append_section(out, ts::map_pid, map_counter_, section);
}

void TsWriter::append_video(std::span<const std::uint8_t> pes, std::uint64_t clock,
                            bool random_access, Bytes& out) {
    constexpr std::size_t room = ts::packet_size - 4;
    const auto adaptation = first_adaptation(clock, random_access);
    for (bool first = true; !pes.empty(); first = false) {
        const std::size_t fields = first ? 1 + adaptation.size() : 0;
        const std::size_t count = std::min(pes.size(), room - fields);
        const std::size_t field_size = room - count;  // with its length byte and stuffing
        append_header(out, ts::video_pid, first, field_size > 0, video_counter_);
        const std::size_t end = out.size() + field_size;
        if (field_size > 0) out.push_back(static_cast<std::uint8_t>(field_size - 1));
        if (first)
            out.insert(out.end(), adaptation.begin(), adaptation.end());
        else if (field_size > 1)
            out.push_back(0);  // no flags
        out.resize(end, 0xFF);
        out.insert(out.end(), pes.begin(), pes.begin() + static_cast<std::ptrdiff_t>(count));
        pes = pes.subspan(count);
    }
}

}  // namespace relay::load
