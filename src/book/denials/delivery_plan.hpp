// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "booking/denial_table.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace relay::book {

// Which denial is attempted next, and when. A relay that has not answered yet, or failed, is asked
// one thing at a time, with growing pauses (full jitter), so that one that is down is not hammered
// by all that waits for it, and one that comes back gets the rest at once. Pure; for one thread.
class DeliveryPlan {
public:
    struct Limits {
        std::size_t parallel = 64;                                 // attempts at one time
        std::size_t per_relay = 4;                                 // of one that answers
        std::chrono::milliseconds shortest{250}, longest{10'000};  // upper bounds of the pauses
    };

    // An attempt, from next() until finished(); `round` tells failures that happened together.
    struct Attempt {
        booking::Denial denial;
        std::size_t round = 0;
    };

    // `random` is uniform in [0, 1).
    DeliveryPlan(const Limits& limits, std::function<double()> random);

    // What the outbox holds. What is in work already stays so.
    void refill(std::vector<booking::Denial> outbox);

    // The next one to attempt now, in fair turns over the relays.
    std::optional<Attempt> next(SteadyTime now);
    // Those not in work whose time is over for at least a minute: nobody needs to be told. They are
    // in work from now on.
    std::vector<booking::Denial> take_over(booking::BookingTime now);

    // The relay has answered; the denial stays in work until it is settled in the outbox.
    void answered(const Attempt& attempt);
    // It has not; the denial waits again. The pause before the relay is asked anew.
    std::chrono::milliseconds failed(const Attempt& attempt, SteadyTime now);
    // It is settled, and forgotten.
    void finished(const booking::Denial& denial);

    // When next() may give one again by itself; nothing while it depends on what is in work.
    std::optional<SteadyTime> next_try() const;
    std::size_t attempts() const { return attempts_; }

private:
    struct Relay {
        std::deque<booking::Denial> waiting;
        std::size_t attempts = 0;
        std::size_t round = 0;
        bool answers = false;
        std::chrono::milliseconds bound{0};
        SteadyTime not_before;
    };
    using Key = std::pair<std::string, std::string>;

    bool has_room(const Relay& relay) const;
    std::chrono::milliseconds pause(Relay& relay) const;

    Limits limits_;
    std::function<double()> random_;
    std::map<std::string, Relay> relays_;  // by URL
    std::set<Key> in_work_;                // booking, relay
    std::size_t attempts_ = 0;
    std::string last_;  // relay that was asked last
};

}  // namespace relay::book
