// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "media/program_tables.hpp"
#include "media/ts_packet.hpp"

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace relay::media {

// Makes one transport stream of several feeds, such as a camera's and a microphone's, each of which
// is a transport stream of its own. Two encoders choose the same PIDs, each sends tables that know
// of itself alone, and a feed that was muted comes back with counters that have gone on: decoders
// take all three for damage. So, packet by packet and in place,
//  - PIDs that two feeds use are told apart; a feed keeps its PIDs while muted;
//  - each PAT and PMT is replaced by one that lists the tracks of all feeds that are in the stream
//    now, as one programme with the clock of the first feed that has one;
//  - continuity counters go on where the PID's last packet was, so that muting leaves no gap. What
//    is missing in a feed that was not muted is left visible: the same number of counts is skipped.
// What cannot be passed on (the middle of a unit whose beginning was muted, the descriptions of
// feeds after the first) becomes null packets; sizes never change. A single feed as encoders make
// it passes unchanged.
//
// No clock, no I/O; one thread.
class TsCombiner {
public:
    TsCombiner();

    // The feeds that are in the stream from now on, in order of precedence.
    void set_feeds(const std::vector<std::string>& names);

    // Rewrites a message of whole packets that the feed, which must be in the stream or have been,
    // sent. Anything else stays as it is.
    void rewrite(std::string_view feed, std::span<std::uint8_t> message);

private:
    static constexpr std::uint8_t unknown = 0xFF;
    using Packet = std::span<std::uint8_t, packet_size>;

    struct Track {  // the packets of one PID of a feed
        std::uint16_t output_pid = null_pid;
        std::uint8_t last_counter = unknown;
        bool has_units = false;
        bool awaits_unit = false;  // comes back in the middle of one
    };
    struct Feed {
        bool is_present = false;
        bool is_heard = false;  // it has sent something
        std::uint16_t map_pid = null_pid;
        std::optional<ProgramMap> map;
        std::map<std::uint16_t, Track> tracks;  // by the feed's PID
    };

    void forget_absent();
    void leave_and_return(Feed& feed, bool is_present);
    bool is_alone(const Feed& feed) const;
    bool is_first(const Feed& feed) const;
    void learn_packet(Feed& feed, PacketBytes bytes);
    void learn_association(Feed& feed, const TsPacket& packet);
    void rewrite_packet(Feed& feed, Packet bytes);
    void replace_association(Feed& feed, const TsPacket& packet, Packet bytes);
    void replace_map(Feed& feed, const TsPacket& packet, Packet bytes);
    void rewrite_track(Feed& feed, const TsPacket& packet, Packet bytes);
    Track& track_of(Feed& feed, std::uint16_t pid);
    std::uint16_t take_pid(std::uint16_t wanted);
    ProgramMap compose_map(const ProgramMap* replaced);
    void continue_counter(std::uint16_t pid, const TsPacket& packet, Packet bytes);

    std::map<std::string, Feed, std::less<>> feeds_;
    std::vector<std::string> order_;
    bool is_combining_ = false;                        // two feeds have sent something
    std::bitset<null_pid + 1> taken_;                  // output PIDs
    std::array<std::uint8_t, null_pid + 1> counters_;  // last one by output PID
    std::optional<Association> association_;
    std::optional<ProgramMap> map_;  // as sent last
};

}  // namespace relay::media
