// SPDX-License-Identifier: Apache-2.0
#include "load/ts_verifier.hpp"

#include "load/ts_writer.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace relay::load {
namespace {

using Bytes = std::span<const std::uint8_t>;

bool has_only_whole_packets(Bytes message) {
    if (message.empty() || message.size() % ts::packet_size != 0) return false;
    for (std::size_t at = 0; at < message.size(); at += ts::packet_size)
        if (message[at] != ts::sync_byte) return false;
    return true;
}

struct Packet {
    bool unit_start;
    bool random_access = false;
    std::uint8_t counter;
    Bytes payload;
};

// Nothing unless it is a packet of the video stream with payload.
std::optional<Packet> parse_video_packet(Bytes bytes) {
    const unsigned pid = (bytes[1] & 0x1FU) << 8 | bytes[2];
    if (pid != ts::video_pid || !(bytes[3] & 0x10)) return std::nullopt;
    Packet packet{.unit_start = (bytes[1] & 0x40) != 0,
                  .counter = static_cast<std::uint8_t>(bytes[3] & 0x0F),
                  .payload = bytes.subspan(4)};
    if (bytes[3] & 0x20) {
        const std::size_t length = bytes[4];
        if (length + 5 > bytes.size()) return std::nullopt;
        packet.random_access = length > 0 && (bytes[5] & 0x40) != 0;
        packet.payload = bytes.subspan(5 + length);
    }
    return packet;
}

// Where the picture's user data begins; nothing if it has none yet.
std::optional<std::size_t> user_data_start(Bytes stream) {
    constexpr std::array<std::uint8_t, 4> code{0, 0, 1, 0xB2};
    const auto found = std::ranges::search(stream, code);
    if (found.empty()) return std::nullopt;
    return static_cast<std::size_t>(found.end() - stream.begin());
}

}  // namespace

void TsVerifier::check(Bytes message, wire::MessageType type, SteadyTime now) {
    if (type != expectation_.type) ++tally_.retyped;
    if (!has_only_whole_packets(message)) {
        ++tally_.torn;
        state_ = State::lost;
        return;
    }
    for (std::size_t at = 0; at < message.size(); at += ts::packet_size)
        take_packet(message.subspan(at, ts::packet_size), now);
}

void TsVerifier::take_packet(Bytes bytes, SteadyTime now) {
    const auto packet = parse_video_packet(bytes);
    if (!packet) return;
    const bool continues = counter_continues(packet->counter);
    if (packet->unit_start) {
        if (state_ == State::inside) ++tally_.torn;  // the last picture was cut short
        begin_picture(packet->payload, packet->random_access);
    } else if (state_ == State::lost) {
        return;
    } else if (state_ == State::between || !continues) {
        ++tally_.torn;
        state_ = State::lost;
        return;
    } else {
        picture_.insert(picture_.end(), packet->payload.begin(), packet->payload.end());
    }
    if (!stamp_) look_for_stamp();
    if (stamp_ && picture_.size() - body_at_ >= stamp_->length) end_picture(now);
}

bool TsVerifier::counter_continues(std::uint8_t counter) {
    const bool continues = !started_ || counter == ((counter_ + 1) & 0x0F);
    started_ = true;
    counter_ = counter;
    return continues;
}

void TsVerifier::begin_picture(Bytes pes, bool random_access) {
    const std::size_t header = pes.size() < 9 ? pes.size() : std::size_t{9} + pes[8];
    const Bytes stream = pes.subspan(std::min(header, pes.size()));
    picture_.assign(stream.begin(), stream.end());
    stamp_.reset();
    random_access_ = random_access;
    state_ = State::inside;
}

void TsVerifier::look_for_stamp() {
    const auto start = user_data_start(picture_);
    if (!start) return;
    const Bytes body = Bytes(picture_).subspan(*start);
    if (body.size() < expectation_.payload.stamp_size()) return;
    body_at_ = *start;
    stamp_ = expectation_.payload.read(body);
    if (stamp_) return;
    ++tally_.corrupted;
    state_ = State::lost;
}

// A picture ends when it has as many bytes as its stamp says.
void TsVerifier::end_picture(SteadyTime now) {
    state_ = State::between;
    const Bytes body = Bytes(picture_).subspan(body_at_);
    if (body.size() != stamp_->length || !expectation_.payload.body_matches(*stamp_, body)) {
        ++tally_.corrupted;
        return;
    }
    if (!belongs_here(*stamp_)) return;
    const auto arrival = accept(*stamp_, now);
    if (arrival == SequenceTracker::Arrival::after_gap && !random_access_) ++tally_.dirty_skips;
}

}  // namespace relay::load
