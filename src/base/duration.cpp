// SPDX-License-Identifier: Apache-2.0
#include "base/duration.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace relay {
namespace {

using std::chrono::nanoseconds;

struct Unit {
    std::string_view name;
    std::int64_t size;  // nanoseconds
};

// A name stands before those that it begins with.
constexpr Unit units[] = {
    {"ns", 1},
    {"us", 1'000},
    {"\xc2\xb5s", 1'000},  // micro sign, as Go writes it
    {"\xce\xbcs", 1'000},  // Greek mu
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3'600'000'000'000},
};

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

std::string_view take_digits(std::string_view& text) {
    std::size_t count = 0;
    while (count < text.size() && is_digit(text[count])) ++count;
    const std::string_view digits = text.substr(0, count);
    text.remove_prefix(count);
    return digits;
}

std::optional<std::int64_t> take_unit(std::string_view& text) {
    for (const Unit& unit : units) {
        if (!text.starts_with(unit.name)) continue;
        text.remove_prefix(unit.name.size());
        return unit.size;
    }
    return std::nullopt;
}

struct Number {
    std::string_view whole, fraction;
};

std::optional<Number> take_number(std::string_view& text) {
    Number number;
    number.whole = take_digits(text);
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        number.fraction = take_digits(text);
    }
    if (number.whole.empty() && number.fraction.empty()) return std::nullopt;
    return number;
}

// Number times unit; nothing on overflow.
std::optional<std::int64_t> scale(const Number& number, std::int64_t unit) {
    std::int64_t total = 0;
    for (const char digit : number.whole) {
        if (__builtin_mul_overflow(total, 10, &total)) return std::nullopt;
        if (__builtin_add_overflow(total, digit - '0', &total)) return std::nullopt;
    }
    if (__builtin_mul_overflow(total, unit, &total)) return std::nullopt;
    // Digits after the fifteenth are worth less than a nanosecond, even of an hour.
    double part = 0;
    double divisor = 1;
    for (const char digit : number.fraction.substr(0, 15)) {
        part = part * 10 + (digit - '0');
        divisor *= 10;
    }
    const std::int64_t rest = std::llround(part * static_cast<double>(unit) / divisor);
    if (__builtin_add_overflow(total, rest, &total)) return std::nullopt;
    return total;
}

std::unexpected<Error> malformed(std::string_view text) {
    return fail(Errc::invalid,
                fmt::format("'{}' is not a duration such as 5s, 1h5m or 100ms", text));
}

// `1.5`, without the zeros that say nothing.
std::string decimal(std::uint64_t amount, std::uint64_t unit) {
    std::string text = fmt::format("{}", amount / unit);
    if (amount % unit == 0) return text;
    std::string fraction = fmt::format("{}", unit + amount % unit).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    return text + "." + fraction;
}

std::string format_below_a_second(std::uint64_t amount) {
    if (amount >= 1'000'000) return decimal(amount, 1'000'000) + "ms";
    if (amount >= 1'000) return decimal(amount, 1'000) + "us";
    return fmt::format("{}ns", amount);
}

}  // namespace

Result<nanoseconds> parse_duration(std::string_view text, nanoseconds bare_unit) {
    if (text.starts_with('-')) {
        return fail(Errc::invalid, fmt::format("duration '{}' is negative", text));
    }
    std::string_view rest = text;
    std::int64_t total = 0;
    bool first = true;
    do {
        const std::optional<Number> number = take_number(rest);
        if (!number) return malformed(text);
        const bool bare = first && rest.empty();
        const std::optional<std::int64_t> unit = bare ? bare_unit.count() : take_unit(rest);
        if (!unit) return malformed(text);
        const std::optional<std::int64_t> part = scale(*number, *unit);
        if (!part || __builtin_add_overflow(total, *part, &total)) {
            return fail(Errc::invalid, fmt::format("duration '{}' is too long", text));
        }
        first = false;
    } while (!rest.empty());
    return nanoseconds(total);
}

std::string format_duration(nanoseconds duration) {
    constexpr std::uint64_t second = 1'000'000'000;
    const bool negative = duration.count() < 0;
    std::uint64_t amount = static_cast<std::uint64_t>(duration.count());
    if (negative) amount = 0 - amount;  // also right for the least value
    if (amount == 0) return "0s";
    std::string text = negative ? "-" : "";
    if (amount < second) return text + format_below_a_second(amount);
    if (amount >= 3600 * second) text += fmt::format("{}h", amount / (3600 * second));
    amount %= 3600 * second;
    if (amount >= 60 * second) text += fmt::format("{}m", amount / (60 * second));
    amount %= 60 * second;
    if (amount > 0) text += decimal(amount, second) + "s";
    return text;
}

}  // namespace relay
