// SPDX-License-Identifier: Apache-2.0
#include "media/ts_inspector.hpp"

#include "media/random_access.hpp"
#include "media/table_run.hpp"
#include "media/ts_packet.hpp"

#include <cstddef>

namespace relay::media {
namespace {

struct Starts {
    std::uint32_t first = TsSummary::none;
    std::uint32_t random_access = TsSummary::none;

    void note(std::size_t offset, bool is_random_access) {
        if (first == TsSummary::none) first = static_cast<std::uint32_t>(offset);
        if (is_random_access) random_access = static_cast<std::uint32_t>(offset);
    }
};

}  // namespace

TsSummary inspect_message(std::span<const std::uint8_t> message) {
    TsSummary summary;
    if (message.empty() || message.size() >= TsSummary::none) return summary;
    if (!holds_whole_packets(message)) return summary;
    summary.is_transport_stream = true;

    Starts video;
    Starts audio;
    bool without_video = false;
    TableRun tables;
    for (std::size_t at = 0; at < message.size(); at += packet_size) {
        const PacketBytes bytes = message.subspan(at).first<packet_size>();
        if (!starts_unit(bytes)) {  // most packets end here
            tables.note_continuation(bytes);
            continue;
        }
        const auto packet = parse_packet(bytes);
        if (packet && is_map_without_video(*packet)) without_video = true;
        if (const auto pes = packet ? parse_pes_start(*packet) : std::nullopt) {
            const std::size_t start = tables.start_before(at);
            if (pes->kind == StreamKind::video)
                video.note(start, packet->random_access || shows_random_access(pes->stream));
            else if (pes->kind == StreamKind::audio)
                audio.note(start, true);
        }
        tables.note(packet, at);
    }
    const Starts& pictures = without_video && video.first == TsSummary::none ? audio : video;
    summary.first_picture_start = pictures.first;
    summary.random_access = pictures.random_access;
    return summary;
}

}  // namespace relay::media
