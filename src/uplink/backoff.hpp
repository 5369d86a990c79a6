// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>

namespace relay::uplink {

// How long to wait before the next try of a connection: exponential with full jitter, so that the
// clients of a restarted relay do not return in step. Pure; times are handed in.
//
// A connection that ends soon is a failed try: a peer that accepts and closes at once must not be
// asked without pause. Only one that lasted starts the sequence anew.
class Backoff {
public:
    struct Settings {
        std::chrono::milliseconds shortest{500};    // upper bound of the first wait
        std::chrono::milliseconds longest{10'000};  // upper bound of all waits
        // Upper bound after a failure of a peer that restarts: with the connection itself, its
        // clients are back within 3 s.
        std::chrono::milliseconds longest_brief{2'200};
        std::chrono::milliseconds lasting{10'000};  // from when on a connection was a success
        // At least, after another has taken the connection's place: two that take it from each
        // other then change once in a while, not without pause.
        std::chrono::milliseconds replaced{60'000};
    };

    // What failed: a peer that restarts will be back soon, anything else may last.
    enum class Cause { restart, replaced, other };

    // `random` is uniform in [0, 1), as random_fraction.
    Backoff(const Settings& settings, std::function<double()> random);

    // The next wait: uniform between half of `shortest`, which bounds the rate of tries, and an
    // upper bound that doubles each time. After a replacement, up to a quarter more than its bound.
    std::chrono::milliseconds next(Cause cause = Cause::other);

    // Whether a connection that lasted so long was a success; then the sequence starts anew.
    bool connection_ended(std::chrono::nanoseconds lasted);

private:
    std::chrono::milliseconds after_replacement();

    Settings settings_;
    std::function<double()> random_;
    std::chrono::milliseconds bound_;
};

}  // namespace relay::uplink
