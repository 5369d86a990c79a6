// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <chrono>

namespace relay::net {

// When a connection must ping and when it must be given up. Pure: times come in, decisions go out.
//
// Any byte heard is a sign of life, not only a pong. A ping must wait its turn behind a message
// that is being written, so while it does, progress of that write counts as well: a slow link is
// not a dead one.
class Liveness {
public:
    struct Limits {  // as in WebSocketSettings
        std::chrono::milliseconds ping_every;
        std::chrono::milliseconds peer_timeout;
        std::chrono::milliseconds write_timeout;  // zero: none
        std::chrono::milliseconds close_timeout;
    };
    enum class Verdict { alive, ping_due, peer_silent, write_stuck, close_unanswered };

    Liveness(const Limits& limits, SteadyTime now);

    void heard(SteadyTime now) { heard_ = now; }
    // While nothing is read, silence says nothing; listening begins anew at `now`.
    void stop_listening() { listening_ = false; }
    void listen(SteadyTime now) {
        listening_ = true;
        heard_ = now;
    }
    void write_began(SteadyTime now) { writing_since_ = now; }
    void write_ended(SteadyTime now);
    void ping_sent(SteadyTime now);  // it is the next to be written
    void close_began(SteadyTime now);
    // A close behind data that are still on their way: they may take as long as a peer may be
    // silent; without a write limit, as long as the peer is not.
    void finish_began(SteadyTime now);

    // ping_due is said once; the next ping is due only after ping_sent.
    Verdict check(SteadyTime now);
    // When check must be called again; earlier only after close_began and finish_began.
    SteadyTime next_check(SteadyTime now) const;

private:
    static constexpr SteadyTime never = SteadyTime::max();

    SteadyTime ping_at() const;
    SteadyTime silent_at() const { return listening_ ? heard_ + limits_.peer_timeout : never; }
    SteadyTime stuck_at() const;
    SteadyTime unanswered_at() const { return close_until_; }

    Limits limits_;
    SteadyTime heard_;
    SteadyTime sent_;
    SteadyTime pinged_;
    SteadyTime writing_since_ = never;
    SteadyTime close_until_ = never;
    bool closing_ = false;
    bool ping_waits_ = false;
    bool listening_ = true;
};

}  // namespace relay::net
