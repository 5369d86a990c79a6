// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "wire/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <sys/uio.h>
#include <vector>

namespace relay::hub {

// What to do with a subscriber that cannot keep up, on a topic that carries no MPEG-TS.
enum class Overflow : std::uint8_t {
    close,        // a viewer of data: order and completeness matter, so it is told and closed
    drop_oldest,  // a host's uplink: newest data is worth more than complete data
    wait,         // a byte stream: nothing is dropped; the owner stops reading from its source
};

struct OutboxLimits {
    std::size_t bytes = 1024 * 1024;  // one message may always wait, however large
    std::chrono::milliseconds video_age{1000};
    std::chrono::milliseconds data_age{5000};
    Overflow overflow = Overflow::close;
};

// The messages that wait for one subscriber's socket: bounded in bytes and in age, so that one who
// stops reading costs little memory and delays nobody. Over a bound,
// - on an MPEG-TS topic whole pictures are dropped: what was begun is finished to its end, and the
//   next byte is the newest random-access point, queued or still to come. Cuts fall between
//   188-byte packets, so a decoder never sees a torn packet or a picture whose reference is
//   missing;
// - on other topics the policy of the limits decides.
// Pure; belongs to its subscriber's thread. An empty outbox holds no memory after release().
class Outbox {
public:
    explicit Outbox(const OutboxLimits& limits) : limits_(&limits) {}  // kept by reference

    enum class Outcome {
        queued,
        dropped,   // this or an earlier message was dropped, by the rules above
        overflow,  // Overflow::close: nothing was queued, the subscriber is to be closed
    };
    Outcome push(wire::MessagePtr message, SteadyTime now, bool video);

    // Control frames and the handshake's answer: always queued, never dropped.
    void push_control(wire::MessagePtr message);

    // Queues the rest of a message whose first bytes the socket took without queueing. The outbox
    // must be empty.
    void push_rest(wire::MessagePtr message, std::size_t sent, SteadyTime now);

    // Drops the data that the socket has not begun to send: a close frame is to go out next.
    void drop_data();

    // Fills in what to send next; how many entries were used.
    std::size_t gather(std::span<iovec> vectors) const;
    // The socket took so many bytes off the front.
    void sent(std::size_t bytes);

    // Instead of gather() and sent(), for a connection that encodes messages itself: the oldest
    // message, now its own; nothing when none waits.
    wire::MessagePtr take();

    // Pictures were lost on the way to this outbox: video that comes now is held back until a
    // random-access point, as after a skip.
    void await_random_access(SteadyTime now);

    bool empty() const { return front_ == waiting_.size(); }
    // Whether a message may bypass the outbox: nothing waits, and no pictures were dropped whose
    // followers must be held back until a random-access point.
    bool idle() const { return empty() && !needs_random_access_; }
    std::size_t size() const { return waiting_.size() - front_; }  // messages
    std::size_t bytes() const { return bytes_; }
    void release();

    struct Drops {
        std::uint64_t messages = 0;
        std::uint64_t bytes = 0;
        std::uint64_t pictures = 0;  // that began in these messages, one counted for each
        std::uint64_t skips = 0;     // times that pictures were skipped

        Drops& operator+=(const Drops& other) {
            messages += other.messages;
            bytes += other.bytes;
            pictures += other.pictures;
            skips += other.skips;
            return *this;
        }
    };
    const Drops& drops() const { return drops_; }

private:
    struct Waiting {
        wire::MessagePtr message;
        SteadyTime since;
    };

    bool begun() const { return front_sent_ > 0; }
    std::size_t first_droppable() const { return begun() ? front_ + 1 : front_; }
    bool over_limits(std::size_t from, SteadyTime now, std::chrono::milliseconds age) const;
    Outcome push_video(wire::MessagePtr message, SteadyTime now);
    Outcome drop_oldest(SteadyTime now);
    bool skip_pictures(SteadyTime now);
    std::size_t find_picture(std::size_t from) const;
    std::size_t find_random_access(std::size_t from, SteadyTime now) const;
    void drop_between(std::size_t from, std::size_t to);
    wire::MessagePtr from_picture(const wire::MessagePtr& message, std::uint32_t start);
    void append(wire::MessagePtr message, SteadyTime now);
    void count_drop(const wire::Message& message);

    const OutboxLimits* limits_;
    std::vector<Waiting> waiting_;  // from front_ on; earlier ones are sent
    std::size_t front_ = 0;
    std::size_t front_sent_ = 0;  // encoded bytes of the front message that were sent
    std::size_t bytes_ = 0;       // encoded bytes still to send
    bool pictures_seen_ = false;
    bool needs_random_access_ = false;  // pictures were dropped up to the end of the queue
    SteadyTime needs_since_{};
    Drops drops_;
};

}  // namespace relay::hub
