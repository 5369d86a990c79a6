// SPDX-License-Identifier: Apache-2.0
#include "base/time_text.hpp"

#include <fmt/format.h>

#include <optional>

namespace relay {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

// Reads the text from left to right; after the first mismatch everything else fails, too.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    int number(std::size_t digits) {
        int value = 0;
        for (std::size_t count = 0; count < digits; ++count) {
            const char character = next();
            ok_ = ok_ && is_digit(character);
            if (ok_) value = value * 10 + (character - '0');
        }
        return value;
    }
    void expect(char wanted) { ok_ = next() == wanted && ok_; }
    char next() {
        if (rest_.empty()) {
            ok_ = false;
            return '\0';
        }
        const char character = rest_.front();
        rest_.remove_prefix(1);
        return character;
    }
    // `.` and digits, of which those finer than a nanosecond are dropped; zero when absent.
    nanoseconds fraction() {
        if (!rest_.starts_with('.')) return nanoseconds(0);
        rest_.remove_prefix(1);
        ok_ = ok_ && !rest_.empty() && is_digit(rest_.front());
        long value = 0;
        for (long weight = 100'000'000; !rest_.empty() && is_digit(rest_.front()); weight /= 10) {
            value += (next() - '0') * weight;
        }
        return nanoseconds(value);
    }
    // `Z` or `+hh:mm`.
    minutes offset() {
        const char sign = next();
        if (sign == 'Z' || sign == 'z') return minutes(0);
        ok_ = ok_ && (sign == '+' || sign == '-');
        const int hour = number(2);
        expect(':');
        const int minute = number(2);
        ok_ = ok_ && hour < 24 && minute < 60;
        const minutes size = hours(hour) + minutes(minute);
        return sign == '-' ? -size : size;
    }
    void check(bool condition) { ok_ = ok_ && condition; }
    bool finished() const { return ok_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool ok_ = true;
};

std::optional<WallTime> read_time(std::string_view text) {
    Reader reader(text);
    const int year = reader.number(4);
    reader.expect('-');
    const int month = reader.number(2);
    reader.expect('-');
    const int day = reader.number(2);
    const char separator = reader.next();
    const int hour = reader.number(2);
    reader.expect(':');
    const int minute = reader.number(2);
    reader.expect(':');
    const int second = reader.number(2);
    const nanoseconds fraction = reader.fraction();
    const minutes offset = reader.offset();

    const std::chrono::year_month_day date(std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    reader.check(separator == 'T' || separator == 't');
    reader.check(hour < 24 && minute < 60 && second < 60 && date.ok());
    // The clock counts nanoseconds from 1970 in 63 bits.
    reader.check(year > 1677 && year < 2262);
    if (!reader.finished()) return std::nullopt;
    return WallTime(std::chrono::sys_days(date)) + hours(hour) + minutes(minute) + seconds(second) +
           fraction - offset;
}

}  // namespace

std::string format_time(WallTime time) {
    const auto whole = std::chrono::floor<seconds>(time);
    const auto midnight = std::chrono::floor<days>(whole);
    const std::chrono::year_month_day date(midnight);
    const std::chrono::hh_mm_ss clock(whole - midnight);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

Result<WallTime> parse_time(std::string_view text) {
    const std::optional<WallTime> time = read_time(text);
    if (time) return *time;
    return fail(Errc::invalid,
                fmt::format("'{}' is not a time such as 2026-11-22T10:19:10Z", text.substr(0, 64)));
}

}  // namespace relay
