// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playfile/pattern.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace relay::playfile {

// `[2s]`, also in front of a message.
struct Wait {
    std::chrono::nanoseconds duration;
};

// `<'PATTERN',COUNT,TIMEOUT>`: waits for so many messages that match, or for the time-out.
struct Condition {
    Pattern pattern;
    std::uint64_t count;
    std::chrono::nanoseconds timeout;
};

// A text message.
struct Send {
    std::string text;
};

// `#+ text`: a line for the log.
struct Echo {
    std::string text;
};

// `|+> PATTERN`, `|-> PATTERN`, `|r>`: which messages the log holds from now on.
struct AcceptPattern {
    Pattern pattern;
};
struct DenyPattern {
    Pattern pattern;
};
struct ResetFilter {};

// One thing to do; a line with a delay or a condition and a message makes two.
struct Step {
    std::size_t line;  // counted from 1
    std::variant<Wait, Condition, Send, Echo, AcceptPattern, DenyPattern, ResetFilter> what;
};

struct Script {
    std::vector<Step> steps;
};

}  // namespace relay::playfile
