// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>

namespace relay::process {

struct RestartPolicy {
    std::chrono::milliseconds shortest{500};    // the first wait; it doubles with each
    std::chrono::milliseconds longest{10'000};  // the longest wait
    std::chrono::milliseconds lasting{10'000};  // a run of that length was a success
};

// How long to wait before something that ended is started again. Pure; times are handed in.
class RestartDelay {
public:
    explicit RestartDelay(const RestartPolicy& policy) : policy_(policy), next_(policy.shortest) {}

    // The wait after a run of that length (zero: it did not start). A success begins anew.
    std::chrono::milliseconds after(std::chrono::nanoseconds ran) {
        if (ran >= policy_.lasting) next_ = policy_.shortest;
        const auto wait = std::min(next_, policy_.longest);
        next_ = std::min(2 * wait, policy_.longest);
        return wait;
    }

private:
    RestartPolicy policy_;
    std::chrono::milliseconds next_;
};

}  // namespace relay::process
