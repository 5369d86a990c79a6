// SPDX-License-Identifier: Apache-2.0
#include "base/spelling.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace relay {
namespace {

char lower(char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                                : character;
}

// Optimal string alignment; letters are compared without regard to case.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> before_last, last(to.size() + 1), row(to.size() + 1);
    for (std::size_t column = 0; column <= to.size(); ++column) last[column] = column;
    for (std::size_t line = 1; line <= from.size(); ++line) {
        row[0] = line;
        for (std::size_t column = 1; column <= to.size(); ++column) {
            const char mine = lower(from[line - 1]);
            const char theirs = lower(to[column - 1]);
            row[column] = std::min({last[column] + 1, row[column - 1] + 1,
                                    last[column - 1] + (mine == theirs ? 0U : 1U)});
            const bool swapped = line > 1 && column > 1 && mine == lower(to[column - 2]) &&
                                 theirs == lower(from[line - 2]);
            if (swapped) row[column] = std::min(row[column], before_last[column - 2] + 1);
        }
        before_last = std::exchange(last, row);
    }
    return last[to.size()];
}

}  // namespace

std::optional<std::string> nearest_name(std::string_view name,
                                        std::span<const std::string> candidates) {
    // A third of the letters, but never more than four: beyond that it is another word.
    std::size_t limit = std::clamp<std::size_t>(name.size() / 3, 1, 4);
    std::optional<std::string> nearest;
    for (const std::string& candidate : candidates) {
        const std::size_t shorter = std::min(name.size(), candidate.size());
        if (std::max(name.size(), candidate.size()) - shorter > limit) continue;
        const std::size_t distance = edit_distance(name, candidate);
        if (distance > limit || (nearest && distance == limit)) continue;
        nearest = candidate;
        limit = distance;
    }
    return nearest;
}

}  // namespace relay
