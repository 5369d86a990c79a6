// SPDX-License-Identifier: Apache-2.0
#include "net/peer_watch.hpp"

#include <algorithm>

namespace relay::net {

PeerWatch::Due PeerWatch::check(SteadyTime now, bool listening) {
    if (now >= expires_) return Due::expired;
    if (now >= silent_at(listening)) return Due::peer_silent;
    if (now < ping_at()) return Due::nothing;
    pinged_ = now;
    return Due::ping;
}

SteadyTime PeerWatch::next_check(bool listening) const {
    return std::min({ping_at(), silent_at(listening), expires_});
}

SteadyTime PeerWatch::answer_due(SteadyTime now, bool waits) const {
    return now + (waits ? limits_.peer_timeout : limits_.close_timeout);
}

// One that has sent the end of a byte stream, behind data that are only read slowly, can ask no
// more whether we live: it is pinged though it was heard.
SteadyTime PeerWatch::ping_at() const {
    const bool though_heard = limits_.outbox.overflow == hub::Overflow::wait;
    return (though_heard ? pinged_ : std::max(alive_, pinged_)) + limits_.ping_every;
}

SteadyTime PeerWatch::silent_at(bool listening) const {
    return listening ? alive_ + limits_.peer_timeout : SteadyTime::max();
}

}  // namespace relay::net
