// SPDX-License-Identifier: Apache-2.0
#include "media/ts_combiner.hpp"

#include <algorithm>
#include <utility>

namespace relay::media {
namespace {

constexpr std::uint16_t first_free_pid = 0x20;  // below are tables (Table 2-3)
constexpr std::uint16_t first_spare_pid = 0x100;
constexpr std::size_t most_absent_feeds = 32;

void set_pid(std::span<std::uint8_t, packet_size> packet, std::uint16_t pid) {
    packet[1] = static_cast<std::uint8_t>((packet[1] & 0xE0) | pid >> 8);
    packet[2] = static_cast<std::uint8_t>(pid & 0xFF);
}

void set_counter(std::span<std::uint8_t, packet_size> packet, std::uint8_t counter) {
    packet[3] = static_cast<std::uint8_t>((packet[3] & 0xF0) | (counter & 0x0F));
}

void make_null(std::span<std::uint8_t, packet_size> packet) {
    std::ranges::fill(packet, std::uint8_t{0xFF});
    packet[0] = sync_byte;
    packet[1] = null_pid >> 8;
    packet[3] = 0x10;
}

}  // namespace

TsCombiner::TsCombiner() {
    counters_.fill(unknown);
}

void TsCombiner::set_feeds(const std::vector<std::string>& names) {
    order_ = names;
    for (const std::string& name : names) feeds_.try_emplace(name);
    for (auto& [name, feed] : feeds_)
        leave_and_return(feed, std::ranges::find(names, name) != names.end());
    if (feeds_.size() > order_.size() + most_absent_feeds) forget_absent();
}

void TsCombiner::leave_and_return(Feed& feed, bool is_present) {
    if (std::exchange(feed.is_present, is_present) || !is_present) return;
    for (auto& [pid, track] : feed.tracks) {
        track.last_counter = unknown;
        track.awaits_unit = track.has_units;
    }
}

void TsCombiner::forget_absent() {
    std::erase_if(feeds_, [this](const auto& entry) {
        if (entry.second.is_present) return false;
        for (const auto& [pid, track] : entry.second.tracks) taken_.reset(track.output_pid);
        return true;
    });
}

void TsCombiner::rewrite(std::string_view name, std::span<std::uint8_t> message) {
    const auto feed = feeds_.find(name);
    if (feed == feeds_.end() || !holds_whole_packets(message)) return;
    feed->second.is_heard = true;
    is_combining_ = is_combining_ || !is_alone(feed->second);
    for (std::size_t at = 0; at < message.size(); at += packet_size) {
        const auto packet = message.subspan(at).first<packet_size>();
        if (is_combining_)
            rewrite_packet(feed->second, packet);
        else
            learn_packet(feed->second, packet);
    }
}

bool TsCombiner::is_alone(const Feed& feed) const {
    return std::ranges::none_of(
        feeds_, [&](const auto& entry) { return entry.second.is_heard && &entry.second != &feed; });
}

bool TsCombiner::is_first(const Feed& feed) const {
    const auto first = std::ranges::find_if(
        order_, [this](const std::string& name) { return feeds_.find(name)->second.is_heard; });
    return first != order_.end() && &feeds_.find(*first)->second == &feed;
}

// What another feed will have to fit in with.
void TsCombiner::learn_packet(Feed& feed, PacketBytes bytes) {
    const auto packet = parse_packet(bytes);
    if (!packet || packet->pid == null_pid) return;
    counters_[packet->pid] = packet->continuity_counter;
    if (packet->pid == association_pid) {
        learn_association(feed, *packet);
    } else if (packet->pid == feed.map_pid) {
        if (const auto found = parse_program_map(*packet)) feed.map = map_ = found;
    } else if (packet->pid >= first_free_pid) {
        Track& track = track_of(feed, packet->pid);
        track.last_counter = packet->continuity_counter;
        track.has_units |= packet->payload_unit_start;
    }
}

void TsCombiner::learn_association(Feed& feed, const TsPacket& packet) {
    const auto found = parse_association(packet);
    if (!found) return;
    if (std::exchange(feed.map_pid, found->map_pid) != found->map_pid) feed.map.reset();
    if (association_) return;
    association_ = found;
    association_->map_pid = take_pid(found->map_pid);
}

void TsCombiner::rewrite_packet(Feed& feed, Packet bytes) {
    const auto packet = parse_packet(bytes);
    if (!packet) return make_null(bytes);  // damaged: whose it is cannot be known
    if (packet->pid == null_pid) return;
    if (packet->pid == association_pid) return replace_association(feed, *packet, bytes);
    if (packet->pid == feed.map_pid) return replace_map(feed, *packet, bytes);
    if (packet->pid >= first_free_pid) return rewrite_track(feed, *packet, bytes);
    if (!is_first(feed)) return make_null(bytes);
    continue_counter(packet->pid, *packet, bytes);
}

void TsCombiner::replace_association(Feed& feed, const TsPacket& packet, Packet bytes) {
    learn_association(feed, packet);
    if (!packet.payload_unit_start || !association_) return make_null(bytes);
    write_association(*association_, bytes);
    continue_counter(association_pid, packet, bytes);
}

void TsCombiner::replace_map(Feed& feed, const TsPacket& packet, Packet bytes) {
    if (auto found = parse_program_map(packet)) feed.map = std::move(found);
    const ProgramMap* replaced = map_ ? &*map_ : feed.map ? &*feed.map : nullptr;
    ProgramMap composed = compose_map(replaced);
    if (!packet.payload_unit_start || composed.tracks.empty()) return make_null(bytes);
    if (!write_program_map(composed, *association_, bytes)) return make_null(bytes);
    map_ = std::move(composed);
    continue_counter(association_->map_pid, packet, bytes);
}

// With a version of its own when it differs from the one it replaces.
ProgramMap TsCombiner::compose_map(const ProgramMap* replaced) {
    ProgramMap all;
    if (replaced) all.version = replaced->version;
    for (const std::string& name : order_) {
        Feed& feed = feeds_.find(name)->second;
        if (!feed.map) continue;
        if (all.tracks.empty()) all.descriptors = feed.map->descriptors;
        if (all.clock_pid == null_pid && feed.map->clock_pid != null_pid)
            all.clock_pid = track_of(feed, feed.map->clock_pid).output_pid;
        for (ProgramMap::Track track : feed.map->tracks) {
            track.pid = track_of(feed, track.pid).output_pid;
            all.tracks.push_back(std::move(track));
        }
    }
    if (replaced && all != *replaced) all.version = (all.version + 1) & 0x1F;
    return all;
}

TsCombiner::Track& TsCombiner::track_of(Feed& feed, std::uint16_t pid) {
    const auto [entry, is_new] = feed.tracks.try_emplace(pid);
    if (is_new) entry->second.output_pid = take_pid(pid);
    return entry->second;
}

// The wanted one, or the next one that is free; null_pid when there is none.
std::uint16_t TsCombiner::take_pid(std::uint16_t wanted) {
    std::uint16_t pid = wanted;
    if (pid < first_free_pid || pid >= null_pid || taken_[pid])
        for (pid = first_spare_pid; pid < null_pid && taken_[pid];) ++pid;
    if (pid < null_pid) taken_.set(pid);
    return pid;
}

void TsCombiner::rewrite_track(Feed& feed, const TsPacket& packet, Packet bytes) {
    Track& track = track_of(feed, packet.pid);
    track.has_units |= packet.payload_unit_start;
    if (packet.payload_unit_start) track.awaits_unit = false;
    if (track.output_pid == null_pid || (track.awaits_unit && packet.has_payload))
        return make_null(bytes);
    const std::uint8_t before = std::exchange(track.last_counter, packet.continuity_counter);
    std::uint8_t& counter = counters_[track.output_pid];
    if (counter == unknown)
        counter = packet.continuity_counter;
    else if (before == unknown)
        counter = (counter + (packet.has_payload ? 1 : 0)) & 0x0F;
    else
        counter = (counter + packet.continuity_counter - before) & 0x0F;
    set_pid(bytes, track.output_pid);
    set_counter(bytes, counter);
}

void TsCombiner::continue_counter(std::uint16_t pid, const TsPacket& packet, Packet bytes) {
    std::uint8_t& counter = counters_[pid];
    counter = counter == unknown ? packet.continuity_counter : (counter + 1) & 0x0F;
    set_counter(bytes, counter);
}

}  // namespace relay::media
