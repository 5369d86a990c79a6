// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "media/ts_packet.hpp"

#include <cstddef>
#include <optional>

namespace relay::media {

// Where the tables begin that directly precede the next packet: a picture is moved together with
// the PAT and PMT in front of it, since decoders need those first. Null packets and packets without
// payload (clock references) may lie between.
class TableRun {
public:
    // The offset where a picture whose first packet is at `offset` begins, tables included.
    std::size_t start_before(std::size_t offset) const { return start_.value_or(offset); }

    // Tells of the packet at `offset`, in the order of the stream. Nothing: it could not be parsed.
    void note(const std::optional<TsPacket>& packet, std::size_t offset) {
        if (packet && packet->payload_unit_start && is_table(*packet)) {
            if (!start_) start_ = offset;
            table_pid_ = packet->pid;
        } else if (!packet || !is_neutral(packet->pid, packet->has_payload)) {
            start_.reset();
        }
    }

    // The same, cheaper, for a packet that starts no unit.
    void note_continuation(PacketBytes packet) {
        if (start_ && !is_neutral(pid_of(packet), carries_payload(packet))) start_.reset();
    }

    void clear() { start_.reset(); }

private:
    bool is_neutral(std::uint16_t pid, bool has_payload) const {
        return !has_payload || pid == null_pid || pid == table_pid_;
    }

    std::optional<std::size_t> start_;
    std::uint16_t table_pid_ = null_pid;
};

}  // namespace relay::media
