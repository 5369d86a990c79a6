// SPDX-License-Identifier: Apache-2.0
#include "net/liveness.hpp"

#include <algorithm>

namespace relay::net {

Liveness::Liveness(const Limits& limits, SteadyTime now)
    : limits_(limits), heard_(now), sent_(now), pinged_(now) {}

void Liveness::write_ended(SteadyTime now) {
    writing_since_ = never;
    sent_ = now;
    if (ping_waits_) heard_ = now;
}

void Liveness::ping_sent(SteadyTime now) {
    ping_waits_ = false;
    pinged_ = now;
}

void Liveness::close_began(SteadyTime now) {
    closing_ = true;
    close_until_ = now + limits_.close_timeout;
}

void Liveness::finish_began(SteadyTime now) {
    closing_ = true;
    close_until_ = limits_.write_timeout.count() > 0 ? now + limits_.peer_timeout : never;
}

Liveness::Verdict Liveness::check(SteadyTime now) {
    if (now >= unanswered_at()) return Verdict::close_unanswered;
    if (now >= silent_at()) return Verdict::peer_silent;
    if (now >= stuck_at()) return Verdict::write_stuck;
    if (now < ping_at()) return Verdict::alive;
    ping_waits_ = true;
    return Verdict::ping_due;
}

SteadyTime Liveness::next_check(SteadyTime now) const {
    // Within one ping period at the latest: a write that begins meanwhile has a limit, too.
    return std::min(
        {unanswered_at(), silent_at(), stuck_at(), ping_at(), now + limits_.ping_every});
}

SteadyTime Liveness::ping_at() const {
    if (ping_waits_ || closing_) return never;
    return std::max(pinged_, std::min(heard_, sent_)) + limits_.ping_every;
}

SteadyTime Liveness::stuck_at() const {
    const bool limited = writing_since_ != never && limits_.write_timeout.count() > 0;
    return limited ? writing_since_ + limits_.write_timeout : never;
}

}  // namespace relay::net
