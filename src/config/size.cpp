// SPDX-License-Identifier: Apache-2.0
#include "config/size.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>

namespace relay::config {
namespace {

struct Unit {
    std::string_view suffix;  // in lower case
    std::uint64_t bytes;
};

constexpr std::uint64_t kibi = 1024;
constexpr std::array units{
    Unit{"", 1},
    Unit{"b", 1},
    Unit{"k", kibi},
    Unit{"kib", kibi},
    Unit{"kb", 1000},
    Unit{"m", kibi* kibi},
    Unit{"mib", kibi* kibi},
    Unit{"mb", 1'000'000},
    Unit{"g", kibi* kibi* kibi},
    Unit{"gib", kibi* kibi* kibi},
    Unit{"gb", 1'000'000'000},
};

bool equal_ignoring_case(std::string_view text, std::string_view lower) {
    return std::ranges::equal(text, lower, [](unsigned char left, unsigned char right) {
        return std::tolower(left) == right;
    });
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return fail(Errc::invalid, "expected a size such as 64K or 10MiB");
    const std::string_view suffix(rest, text.data() + text.size());
    const auto unit = std::ranges::find_if(
        units, [&](const Unit& each) { return equal_ignoring_case(suffix, each.suffix); });
    if (unit == units.end()) return fail(Errc::invalid, "expected a size such as 64K or 10MiB");
    if (number > std::numeric_limits<std::uint64_t>::max() / unit->bytes) {
        return fail(Errc::invalid, "expected a smaller size");
    }
    return number * unit->bytes;
}

std::string format_size(std::uint64_t bytes) {
    for (const auto& [suffix, unit] : {std::pair{"GiB", kibi * kibi * kibi},
                                       std::pair{"MiB", kibi * kibi}, std::pair{"KiB", kibi}}) {
        if (bytes != 0 && bytes % unit == 0) return fmt::format("{}{}", bytes / unit, suffix);
    }
    return fmt::format("{}", bytes);
}

}  // namespace relay::config
