// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "media/ts_packet.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <vector>

// Builds transport streams packet by packet, for tests only.
namespace relay::media::test {

using Bytes = std::vector<std::uint8_t>;

inline std::string text_of(const Bytes& bytes) {
    return {bytes.begin(), bytes.end()};
}

inline Bytes operator+(Bytes left, const Bytes& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

struct Adaptation {
    bool random_access = false;
    bool discontinuity = false;
    bool clock = false;  // carries a PCR
};

class TsBuilder {
public:
    static constexpr std::uint16_t map_pid = 0x1000;
    static constexpr std::uint16_t video_pid = 0x100;
    static constexpr std::uint16_t audio_pid = 0x101;

    // One packet that holds as much of the payload as fits, filled up by stuffing; `taken` (when
    // given) is told how much that was.
    Bytes packet(std::uint16_t pid, bool start, std::span<const std::uint8_t> payload,
                 Adaptation adaptation = {}, std::size_t* taken = nullptr) {
        Bytes field;
        if (adaptation.random_access || adaptation.discontinuity || adaptation.clock) {
            field.push_back(static_cast<std::uint8_t>((adaptation.discontinuity ? 0x80 : 0) |
                                                      (adaptation.random_access ? 0x40 : 0) |
                                                      (adaptation.clock ? 0x10 : 0)));
            if (adaptation.clock) field.insert(field.end(), 6, 0x11);
        }
        const std::size_t room = packet_size - 4 - (field.empty() ? 0 : 1 + field.size());
        const std::size_t size = std::min(room, payload.size());
        if (taken) *taken = size;
        std::size_t stuffing = room - size;
        const bool has_field = !field.empty() || stuffing > 0;
        if (field.empty() && stuffing > 0) {
            --stuffing;  // the length byte
            if (stuffing > 0) {
                --stuffing;
                field.push_back(0);
            }
        }
        field.insert(field.end(), stuffing, 0xFF);

        Bytes bytes{sync_byte, static_cast<std::uint8_t>((start ? 0x40 : 0) | pid >> 8),
                    static_cast<std::uint8_t>(pid & 0xFF), counter(pid, size > 0, has_field)};
        if (has_field) bytes.push_back(static_cast<std::uint8_t>(field.size()));
        bytes.insert(bytes.end(), field.begin(), field.end());
        bytes.insert(bytes.end(), payload.begin(),
                     payload.begin() + static_cast<std::ptrdiff_t>(size));
        return bytes;
    }

    // A PES packet over as many TS packets as it needs, the last one stuffed.
    Bytes pes(std::uint16_t pid, std::uint8_t stream_id, const Bytes& stream, bool with_length,
              Adaptation first = {}) {
        const std::size_t length = with_length ? stream.size() + 3 : 0;
        Bytes data{0,
                   0,
                   1,
                   stream_id,
                   static_cast<std::uint8_t>(length >> 8),
                   static_cast<std::uint8_t>(length & 0xFF),
                   0x80,
                   0,
                   0};
        data = data + stream;
        Bytes packets;
        std::span<const std::uint8_t> left = data;
        for (bool start = true; !left.empty(); start = false) {
            std::size_t taken = 0;
            packets = packets + packet(pid, start, left, start ? first : Adaptation{}, &taken);
            left = left.subspan(taken);
        }
        return packets;
    }

    Bytes video(const Bytes& stream, Adaptation first = {}) {
        return pes(video_pid, 0xE0, stream, false, first);
    }
    // An MPEG-1 picture of about so many bytes; a key picture has a sequence header.
    Bytes picture(bool key, std::size_t size) {
        Bytes stream{0, 0, 1, static_cast<std::uint8_t>(key ? 0xB3 : 0x00)};
        stream.insert(stream.end(), size, 0xA5);
        return video(stream);
    }
    Bytes audio(std::size_t size = 400) { return pes(audio_pid, 0xC0, Bytes(size, 0x5A), true); }

    Bytes section(std::uint16_t pid, const Bytes& section) {
        Bytes payload = Bytes{0} + section;
        payload.resize(packet_size - 4, 0xFF);
        return packet(pid, true, payload);
    }
    Bytes association() { return section(0, {0x00, 0xB0, 13, 0, 1, 0xC1, 0, 0}); }
    Bytes map(std::initializer_list<std::uint8_t> stream_types, std::uint16_t pid = map_pid) {
        const auto length = static_cast<std::uint8_t>(9 + 5 * stream_types.size() + 4);
        Bytes table{0x02, 0xB0, length, 0, 1, 0xC1, 0, 0, 0xE1, 0, 0xF0, 0};
        for (const std::uint8_t type : stream_types) table = table + Bytes{type, 0xE1, 0, 0xF0, 0};
        return section(pid, table + Bytes{1, 2, 3, 4});
    }
    Bytes tables() { return association() + map({0x01, 0x03}); }
    Bytes null_packet() { return packet(null_pid, false, Bytes(184, 0xFF)); }

private:
    std::uint8_t counter(std::uint16_t pid, bool has_payload, bool has_field) {
        std::uint8_t& next = next_[pid];
        const std::uint8_t value = has_payload ? next++ : static_cast<std::uint8_t>(next - 1);
        return static_cast<std::uint8_t>((has_field ? 0x20 : 0) | (has_payload ? 0x10 : 0) |
                                         (value & 0x0F));
    }

    std::map<std::uint16_t, std::uint8_t> next_;
};

}  // namespace relay::media::test
