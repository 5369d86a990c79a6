// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

namespace relay::uplink {

// Remembers which texts were seen, so that a failure that repeats for days is logged once.
class RepeatedText {
public:
    // Bounded, since a far side chooses some of the texts: from the limit on nothing is new.
    static constexpr std::size_t limit = 32;

    bool is_new(const std::string& text) {
        return seen_.size() < limit && seen_.insert(text).second;
    }
    void forget() { seen_.clear(); }

private:
    std::set<std::string> seen_;
};

}  // namespace relay::uplink
