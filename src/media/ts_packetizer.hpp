// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "media/stream_counts.hpp"
#include "media/table_run.hpp"
#include "media/ts_packet.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace relay::media {

using MessageBytes = std::vector<std::uint8_t>;

// Counts the packets whose continuity counter does not follow its predecessor's (§2.4.3.3): the
// encoder, or the way from it, lost something.
class ContinuityCheck {
public:
    ContinuityCheck() { last_.fill(unknown); }
    void note(const TsPacket& packet);
    std::uint64_t errors() const { return errors_; }

private:
    static constexpr std::uint8_t unknown = 0xFF;
    std::array<std::uint8_t, 8192> last_;  // by PID
    std::uint64_t errors_ = 0;
};

// Turns the bytes of an MPEG transport stream, however they arrive, into messages of whole packets,
// in order, nothing lost, nothing twice, each ending where a picture ends if it can:
//  - before the packet that begins the next picture (its tables go with that picture);
//  - after a picture's last packet, known by the length of its PES packet or, where that is
//    unbounded, by the stuffing of that packet: so a picture leaves without waiting for the next;
//  - at the size limit; and at flush(), which the caller makes after a silence.
// When packets do not follow each other at 188 bytes, everything up to the next five sync bytes at
// that distance is discarded and counted (ffmpeg and jsmpeg ask for the same five). Since a packet
// counts as whole only when a sync byte follows, the last one waits for more bytes, the known end
// of its picture, or flush().
//
// No clock, no I/O; one thread.
class TsPacketizer {
public:
    // Messages hold at most `limit` bytes rounded down to packets. The default is the size of
    // jsmpeg's player buffer.
    explicit TsPacketizer(std::size_t limit = 512 * 1024);

    void push(std::span<const std::uint8_t> bytes);

    // The next complete message, oldest first.
    std::optional<MessageBytes> next();

    // Completes a message with all whole packets; an incomplete packet stays for later bytes.
    void flush();

    // flush() at the end of the data: an incomplete packet is discarded and counted.
    void finish();

    // Whether flush() would bring something.
    bool holds_packets() const { return !message_.empty() || bytes_.size() >= packet_size; }

    std::uint64_t discarded_bytes() const { return discarded_; }
    std::uint64_t continuity_errors() const { return continuity_.errors(); }

    // Of the packets that went into messages.
    const StreamCounts& counts() const { return counts_; }

private:
    std::span<const std::uint8_t> rest() const { return std::span(bytes_).subspan(position_); }
    void process();
    bool take_packet();
    bool search_sync();
    bool accept_if_doubtful();
    void search_sync_to_end(bool tail_allowed);
    void take_rest(bool is_end);
    void discard(std::size_t count);
    void accept();
    void count(const std::optional<TsPacket>& packet, const std::optional<PesStart>& pes);
    bool ends_picture(const TsPacket& packet) const;
    void follow_picture(const TsPacket& packet, const std::optional<PesStart>& pes);
    void cut(std::size_t size);

    std::size_t limit_;
    std::vector<std::uint8_t> bytes_;  // arrived, and not accepted from position_ on
    std::size_t position_ = 0;
    bool in_sync_ = false;
    bool doubtful_ = false;     // out of sync behind what may be a whole packet, at position_
    std::size_t searched_ = 0;  // bytes from position_ on at which no packets begin
    std::uint64_t discarded_ = 0;
    ContinuityCheck continuity_;
    StreamCounts counts_;

    MessageBytes message_;  // the whole packets of the message in the making
    TableRun tables_;       // offsets into message_
    std::deque<MessageBytes> ready_;

    std::uint16_t picture_pid_ = null_pid;     // null_pid: between pictures
    std::optional<std::size_t> picture_rest_;  // bytes to come, when the length is known
};

}  // namespace relay::media
