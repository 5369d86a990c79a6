// SPDX-License-Identifier: Apache-2.0
#include "playfile/log_filter.hpp"

#include <algorithm>

namespace relay::playfile {

// Each pattern once: scripts that repeat a line in a loop of copies stay cheap.
void LogFilter::add(std::vector<Pattern>& patterns, Pattern pattern) {
    const bool known = std::ranges::any_of(
        patterns, [&](const Pattern& each) { return each.text() == pattern.text(); });
    if (!known) patterns.push_back(std::move(pattern));
}

void LogFilter::reset() {
    accepted_.clear();
    denied_.clear();
}

bool LogFilter::passes(std::string_view text) const {
    const auto matches = [text](const Pattern& pattern) { return pattern.matches(text); };
    if (std::ranges::any_of(denied_, matches)) return false;
    return accepted_.empty() || std::ranges::any_of(accepted_, matches);
}

}  // namespace relay::playfile
