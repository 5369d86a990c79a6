// SPDX-License-Identifier: Apache-2.0
#include "config/value.hpp"

#include "base/duration.hpp"
#include "config/size.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

namespace relay::config {
namespace {

// What Go's ParseBool takes, in any case, and the words that people write.
std::optional<bool> parse_boolean(std::string_view text) {
    constexpr std::array<std::string_view, 5> yes{"1", "t", "true", "yes", "on"};
    constexpr std::array<std::string_view, 5> no{"0", "f", "false", "no", "off"};
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    if (std::ranges::count(yes, lower) > 0) return true;
    if (std::ranges::count(no, lower) > 0) return false;
    return std::nullopt;
}

Result<std::vector<Secret>> parse_keys(std::string_view given) {
    std::vector<Secret> keys;
    std::vector<std::string> ids;
    for (std::string& item : split_list(given)) {
        const auto equals = item.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == item.size()) {
            return fail(Errc::invalid, "expected keys written id=secret");
        }
        std::string id = item.substr(0, equals);
        if (std::ranges::find(ids, id) != ids.end()) {
            return fail(Errc::invalid, "expected each key id only once");
        }
        ids.push_back(std::move(id));
        keys.emplace_back(std::move(item));
    }
    return keys;
}

std::string range_text(const DurationLimits& limits) {
    if (limits.most != std::chrono::nanoseconds::max()) {
        return fmt::format(" from {} to {}", show_duration(limits.least),
                           show_duration(limits.most));
    }
    if (limits.least.count() > 0) return fmt::format(" of {} or more", show_duration(limits.least));
    return "";
}

}  // namespace

Value text(std::string& target, std::string kind) {
    return {.kind = std::move(kind),
            .store = [&target](std::string_view given) -> Result<void> {
                target = given;
                return {};
            },
            .show = [&target] { return target; }};
}

Value path(std::filesystem::path& target) {
    return {.kind = "PATH",
            .store = [&target](std::string_view given) -> Result<void> {
                target = given;
                return {};
            },
            .show = [&target] { return target.string(); }};
}

Value secret(Secret& target) {
    return {.kind = "SECRET",
            .secret = true,
            .store = [&target](std::string_view given) -> Result<void> {
                target = Secret(std::string(given));
                return {};
            },
            .show = [&target] { return fmt::format("{}", target); }};
}

Value secrets(std::vector<Secret>& target) {
    return {.kind = "ID=SECRET",
            .secret = true,
            .list = true,
            .store = [&target](std::string_view given) -> Result<void> {
                auto keys = parse_keys(given);
                if (!keys) return std::unexpected(keys.error());
                target = std::move(*keys);
                return {};
            },
            .show = [&target] { return fmt::format("{}", fmt::join(target, ", ")); }};
}

Value boolean(bool& target) {
    return {.kind = "BOOLEAN",
            .boolean = true,
            .store = [&target](std::string_view given) -> Result<void> {
                const auto parsed = parse_boolean(given);
                if (!parsed) {
                    return fail(Errc::invalid,
                                "expected true or false (also 1, 0, yes, no, on, off)");
                }
                target = *parsed;
                return {};
            },
            .show = [&target] { return std::string(target ? "true" : "false"); }};
}

Value port(std::uint16_t& target) {
    Value value = integer(target, 0, std::numeric_limits<std::uint16_t>::max());
    value.kind = "PORT";
    return value;
}

Value list(std::vector<std::string>& target) {
    return {.kind = "LIST",
            .list = true,
            .store = [&target](std::string_view given) -> Result<void> {
                target = split_list(given);
                return {};
            },
            .show = [&target] { return fmt::format("{}", fmt::join(target, ", ")); }};
}

Value nowhere() {
    return {.kind = "TEXT",
            .store = [](std::string_view) -> Result<void> { return {}; },
            .show = [] { return std::string(); }};
}

Value size(std::size_t& target, std::size_t least, std::size_t most) {
    return {.kind = "SIZE",
            .unit = "bytes",
            .store = [&target, least, most](std::string_view given) -> Result<void> {
                const auto bytes = parse_size(given);
                if (!bytes) return std::unexpected(bytes.error());
                if (*bytes < least || *bytes > most) {
                    return fail(Errc::invalid, fmt::format("expected a size from {} to {}",
                                                           format_size(least), format_size(most)));
                }
                target = *bytes;
                return {};
            },
            .show = [&target] { return format_size(target); }};
}

Result<std::int64_t> parse_integer(std::string_view text, std::int64_t least, std::int64_t most) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || rest != end || number < least || number > most) {
        return fail(Errc::invalid,
                    fmt::format("expected a whole number from {} to {}", least, most));
    }
    return number;
}

Result<std::chrono::nanoseconds> parse_steps(std::string_view text, std::chrono::nanoseconds step,
                                             const DurationLimits& limits) {
    const auto parsed = parse_duration(text, step);
    if (!parsed || *parsed < limits.least || *parsed > limits.most) {
        return fail(Errc::invalid, fmt::format("expected a duration{} such as 5s, 1h5m or 250ms",
                                               range_text(limits)));
    }
    if (parsed->count() % step.count() != 0) {
        return fail(Errc::invalid, fmt::format("expected a whole number of {}", unit_of(step)));
    }
    return *parsed;
}

std::string show_duration(std::chrono::nanoseconds duration) {
    return format_duration(duration);
}

std::string unit_of(std::chrono::nanoseconds step) {
    if (step == std::chrono::hours(1)) return "h";
    if (step == std::chrono::minutes(1)) return "min";
    if (step == std::chrono::seconds(1)) return "s";
    if (step == std::chrono::milliseconds(1)) return "ms";
    return "ns";
}

std::vector<std::string> split_list(std::string_view text) {
    constexpr std::string_view separators = ", \t\r\n";
    std::vector<std::string> items;
    for (auto start = text.find_first_not_of(separators); start != text.npos;) {
        const auto end = std::min(text.find_first_of(separators, start), text.size());
        items.emplace_back(text.substr(start, end - start));
        start = text.find_first_not_of(separators, end);
    }
    return items;
}

}  // namespace relay::config
