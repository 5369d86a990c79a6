// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "load/config.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace relay::load {

// Groups from the text of a scenario file, a line each, `#` begins a comment:
//   pub|sub|idle URL [COUNT] [topic=NAME] [stall=START:DURATION] [class=NAME] [rcvbuf=BYTES]
//                            [header=NAME:VALUE]
// Errors name the line.
Result<std::vector<Group>> parse_scenario(std::string_view text);
Result<std::vector<Group>> read_scenario(const std::filesystem::path& path);

// `START:DURATION`, both as parse_duration reads them; bare numbers are milliseconds.
Result<Stall> parse_stall(std::string_view text);

// A count of things: decimal digits, at most `largest`.
Result<std::size_t> parse_count(std::string_view text, std::size_t largest = 1'000'000'000);

// The same shape for many topics, as the command line describes it.
struct Pattern {
    std::string url;     // ws://…, `{topic}` stands for the topic's number
    std::string access;  // or the base of an access API
    std::string topic = "load";
    std::size_t topics = 1;
    std::size_t publishers = 1;  // each of these per topic
    std::size_t readers = 1;
    std::size_t stalled_readers = 0;  // further readers that stall
    Stall stall{std::chrono::milliseconds(2000), std::chrono::milliseconds(5000)};
    std::size_t idle = 0;
};
Result<std::vector<Group>> expand(const Pattern& pattern);

}  // namespace relay::load
