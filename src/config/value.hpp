// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace relay::config {

// A place in a configuration struct and the text form of what it holds. The functions below make
// one for each type; it refers to its target, which must outlive it.
struct Value {
    std::string kind;       // in help and documents: PORT, DURATION, ...
    std::string unit = {};  // of a bare number: `s`, `ms`, `bytes`; empty when there is none
    bool secret = false;    // never shown; may be read from a file (NAME_FILE)
    bool boolean = false;   // the flag may stand alone
    bool list = false;      // the flag may be repeated; items are split at commas and white space

    // Reads text into the target. The error says what was expected and never repeats the text.
    std::function<Result<void>(std::string_view)> store;
    // The target's content, as store would read it; `***` for a secret.
    std::function<std::string()> show;
};

Value text(std::string& target, std::string kind = "TEXT");
Value path(std::filesystem::path& target);
Value secret(Secret& target);
Value boolean(bool& target);
Value port(std::uint16_t& target);
Value list(std::vector<std::string>& target);

// Several secrets, each `id=secret`; ids must differ and neither part may be empty.
Value secrets(std::vector<Secret>& target);

// Any text is accepted and goes nowhere: for settings of older versions that have no effect.
Value nowhere();

// Bytes, as parse_size reads them.
Value size(std::size_t& target, std::size_t least = 0,
           std::size_t most = std::numeric_limits<std::int64_t>::max());

Result<std::int64_t> parse_integer(std::string_view text, std::int64_t least, std::int64_t most);

template <std::integral T>
Value integer(T& target, std::type_identity_t<T> least, std::type_identity_t<T> most) {
    return {.kind = "NUMBER",
            .store = [&target, least, most](std::string_view given) -> Result<void> {
                const auto number = parse_integer(given, static_cast<std::int64_t>(least),
                                                  static_cast<std::int64_t>(most));
                if (!number) return std::unexpected(number.error());
                target = static_cast<T>(*number);
                return {};
            },
            .show = [&target] { return std::to_string(target); }};
}

struct DurationLimits {
    std::chrono::nanoseconds least{0};
    std::chrono::nanoseconds most = std::chrono::nanoseconds::max();
};

// A duration of whole `step`s within the limits; a bare number counts steps.
Result<std::chrono::nanoseconds> parse_steps(std::string_view text, std::chrono::nanoseconds step,
                                             const DurationLimits& limits);
std::string show_duration(std::chrono::nanoseconds duration);
std::string unit_of(std::chrono::nanoseconds step);

// The bare unit is the target's own: a `std::chrono::seconds` counts seconds.
template <class Rep, class Period>
Value duration(std::chrono::duration<Rep, Period>& target, DurationLimits limits = {}) {
    using Target = std::chrono::duration<Rep, Period>;
    return {.kind = "DURATION",
            .unit = unit_of(Target{1}),
            .store = [&target, limits](std::string_view given) -> Result<void> {
                const auto parsed = parse_steps(given, Target{1}, limits);
                if (!parsed) return std::unexpected(parsed.error());
                target = std::chrono::duration_cast<Target>(*parsed);
                return {};
            },
            .show = [&target] { return show_duration(target); }};
}

// The non-empty pieces between commas and white space.
std::vector<std::string> split_list(std::string_view text);

}  // namespace relay::config
