// SPDX-License-Identifier: Apache-2.0
#include "media/ts_packetizer.hpp"

#include "media/random_access.hpp"

#include <algorithm>
#include <utility>

namespace relay::media {
namespace {

constexpr std::size_t sync_bytes_wanted = 5;

enum class Verdict { packets, no_packets, too_short };

// Whether packets follow each other from `at` on: the wanted number, or as far as the bytes go.
Verdict look_for_packets(std::span<const std::uint8_t> bytes, std::size_t at) {
    for (std::size_t found = 0; found < sync_bytes_wanted; ++found, at += packet_size) {
        if (at >= bytes.size()) return Verdict::too_short;
        if (bytes[at] != sync_byte) return Verdict::no_packets;
    }
    return Verdict::packets;
}

bool is_video(const std::optional<PesStart>& pes) {
    return pes && pes->kind == StreamKind::video;
}

}  // namespace

void ContinuityCheck::note(const TsPacket& packet) {
    if (packet.pid == null_pid) return;
    const std::uint8_t last = std::exchange(last_[packet.pid], packet.continuity_counter);
    if (last == unknown || packet.discontinuity) return;
    const bool repeats = packet.continuity_counter == last;  // allowed once with a payload, too
    const bool follows = packet.has_payload && packet.continuity_counter == ((last + 1) & 0x0F);
    if (!repeats && !follows) ++errors_;
}

TsPacketizer::TsPacketizer(std::size_t limit)
    : limit_(std::max(limit / packet_size, std::size_t{1}) * packet_size) {}

void TsPacketizer::push(std::span<const std::uint8_t> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    process();
}

std::optional<MessageBytes> TsPacketizer::next() {
    if (ready_.empty()) return std::nullopt;
    MessageBytes message = std::move(ready_.front());
    ready_.pop_front();
    return message;
}

void TsPacketizer::flush() {
    take_rest(false);
    cut(message_.size());
}

void TsPacketizer::finish() {
    take_rest(true);
    discard(rest().size());
    cut(message_.size());
    in_sync_ = false;
    picture_pid_ = null_pid;
}

void TsPacketizer::process() {
    while (in_sync_ ? take_packet() : search_sync()) {
    }
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(position_));
    position_ = 0;
}

// One step while in sync; whether another step may follow.
bool TsPacketizer::take_packet() {
    const auto bytes = rest();
    if (bytes.empty()) return false;
    if (bytes[0] != sync_byte) {
        in_sync_ = false;
        return true;
    }
    if (bytes.size() < packet_size) return false;
    if (bytes.size() == packet_size) {
        const auto packet = parse_packet(bytes.first<packet_size>());
        if (!packet || !ends_picture(*packet)) return false;
    } else if (bytes[packet_size] != sync_byte) {
        in_sync_ = false;
        doubtful_ = true;
        return true;
    }
    accept();
    return true;
}

// One step while out of sync; whether another step may follow.
bool TsPacketizer::search_sync() {
    for (; searched_ < rest().size(); ++searched_) {
        if (accept_if_doubtful()) return true;
        const Verdict verdict = look_for_packets(rest(), searched_);
        if (verdict == Verdict::no_packets) continue;
        in_sync_ = verdict == Verdict::packets;
        break;
    }
    if (doubtful_ && !in_sync_) return false;
    discard(searched_);
    return in_sync_;
}

// A packet behind which sync was lost was whole after all when no packet begins inside of it:
// then it was followed by something foreign. Otherwise it is torn.
bool TsPacketizer::accept_if_doubtful() {
    if (!doubtful_ || searched_ < packet_size) return false;
    accept();
    searched_ -= packet_size;
    doubtful_ = false;
    return true;
}

// In the absence of more bytes, fewer than the wanted sync bytes do if packets lead to the end of
// the bytes; with an incomplete one there if `tail_allowed`.
void TsPacketizer::search_sync_to_end(bool tail_allowed) {
    const auto bytes = rest();
    for (std::size_t at = searched_; at + packet_size <= bytes.size(); ++at) {
        const bool leads_to_end = tail_allowed || (bytes.size() - at) % packet_size == 0;
        if (!leads_to_end || look_for_packets(bytes, at) == Verdict::no_packets) continue;
        searched_ = at;
        accept_if_doubtful();
        discard(searched_);
        in_sync_ = true;
        return;
    }
}

void TsPacketizer::take_rest(bool is_end) {
    if (!in_sync_) search_sync_to_end(false);
    if (!in_sync_ && is_end) {
        if (doubtful_) {
            searched_ = packet_size;
            accept_if_doubtful();
        }
        search_sync_to_end(true);
    }
    while (in_sync_ && rest().size() >= packet_size) accept();
    process();
}

void TsPacketizer::discard(std::size_t count) {
    position_ += count;
    discarded_ += count;
    searched_ = 0;
    doubtful_ = false;
}

void TsPacketizer::accept() {
    const PacketBytes bytes = rest().first<packet_size>();
    const auto packet = parse_packet(bytes);
    const auto pes = packet ? parse_pes_start(*packet) : std::nullopt;
    if (packet) continuity_.note(*packet);
    count(packet, pes);

    if (is_video(pes)) cut(tables_.start_before(message_.size()));
    if (message_.size() + packet_size > limit_) cut(message_.size());
    tables_.note(packet, message_.size());
    message_.insert(message_.end(), bytes.begin(), bytes.end());
    position_ += packet_size;
    if (packet) follow_picture(*packet, pes);
}

void TsPacketizer::count(const std::optional<TsPacket>& packet,
                         const std::optional<PesStart>& pes) {
    ++counts_.packets;
    if (!packet) {
        ++counts_.damaged_packets;
    } else if (is_video(pes)) {
        ++counts_.pictures;
        if (packet->random_access || shows_random_access(pes->stream))
            ++counts_.random_access_points;
    } else if (packet->payload_unit_start) {
        if (packet->pid == association_pid) ++counts_.association_tables;
        if (is_map(*packet)) ++counts_.map_tables;
    }
}

bool TsPacketizer::ends_picture(const TsPacket& packet) const {
    if (!packet.has_payload) return false;
    const auto pes = parse_pes_start(packet);
    if (is_video(pes))
        return pes->total_size == 0 ? packet.stuffed : packet.payload.size() >= pes->total_size;
    if (packet.pid != picture_pid_) return false;
    return picture_rest_ ? packet.payload.size() >= *picture_rest_ : packet.stuffed;
}

void TsPacketizer::follow_picture(const TsPacket& packet, const std::optional<PesStart>& pes) {
    const bool ends = ends_picture(packet);
    if (is_video(pes)) {
        picture_pid_ = packet.pid;
        picture_rest_.reset();
        if (pes->total_size != 0) picture_rest_ = pes->total_size;
    }
    if (ends) {
        picture_pid_ = null_pid;
        cut(message_.size());
    } else if (packet.pid == picture_pid_ && picture_rest_) {
        *picture_rest_ -= packet.payload.size();
    }
}

void TsPacketizer::cut(std::size_t size) {
    if (size == 0) return;
    if (size == message_.size()) {
        ready_.push_back(std::exchange(message_, {}));
    } else {
        const auto end = message_.begin() + static_cast<std::ptrdiff_t>(size);
        ready_.emplace_back(message_.begin(), end);
        message_.erase(message_.begin(), end);
    }
    tables_.clear();
}

}  // namespace relay::media
