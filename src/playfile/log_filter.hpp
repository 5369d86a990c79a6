// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playfile/script.hpp"

#include <string_view>
#include <vector>

namespace relay::playfile {

// Which messages the log holds. What a deny pattern matches is left out; of the rest, everything
// when there is no accept pattern, else what one of them matches.
class LogFilter {
public:
    void accept(Pattern pattern) { add(accepted_, std::move(pattern)); }
    void deny(Pattern pattern) { add(denied_, std::move(pattern)); }
    void reset();

    bool passes(std::string_view text) const;

private:
    static void add(std::vector<Pattern>& patterns, Pattern pattern);

    std::vector<Pattern> accepted_;
    std::vector<Pattern> denied_;
};

}  // namespace relay::playfile
