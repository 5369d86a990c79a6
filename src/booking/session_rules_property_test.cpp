// SPDX-License-Identifier: Apache-2.0
#include "booking/session_rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>

// The rules against a model that looks at each millisecond: slow, and too simple to be wrong.
namespace relay::booking {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int horizon = 12'000;  // milliseconds that the model looks at

const BookingTime origin = from_unix_seconds(1'795'500'000);

BookingTime at(int millisecond) {
    return origin + milliseconds(millisecond);
}

bool has_begun_or_covers(const Held& held, BookingTime time) {
    return time < held.time.end && (held.begun || time >= held.time.start);
}

bool model_is_free(const Candidate& candidate, BookingTime start, seconds duration) {
    if (!candidate.available) return false;
    const BookingTime end = start + duration;
    if (end > candidate.expires) return false;
    for (BookingTime time = start; time < end; time += milliseconds(100)) {
        for (const Held& held : candidate.held)
            if (has_begun_or_covers(held, time)) return false;
    }
    return true;
}

// Holds begin and end at multiples of 100 ms, so that the model need not look in between.
std::optional<seconds> model_wait(const std::vector<Candidate>& candidates, BookingTime now,
                                  seconds duration) {
    for (int wait = 0; wait < horizon; wait += 100) {
        for (const Candidate& candidate : candidates)
            if (model_is_free(candidate, now + milliseconds(wait), duration))
                return std::chrono::ceil<seconds>(milliseconds(wait));
    }
    return std::nullopt;
}

class Dice {
public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    int upto(int most) { return std::uniform_int_distribution(0, most)(engine_); }
    bool one_in(int times) { return upto(times - 1) == 0; }

    // Holds as a database keeps them: by start, not overlapping; those that begun come first unless
    // the clock was set back.
    std::vector<Held> holds() {
        std::vector<Held> held;
        int time = -2000;
        const int count = upto(4);
        for (int i = 0; i < count; ++i) {
            const int start = time + 100 * upto(15);
            time = start + 100 * (1 + upto(15));
            if (time > 0) held.push_back({{at(start), at(time)}, start <= 0 || one_in(6)});
        }
        return held;
    }

    Candidate candidate(int number) {
        return {.offer = std::string(1, static_cast<char>('a' + number)),
                .resource = number,
                .expires = one_in(3) ? at(100 * upto(80)) : at(horizon * 10),
                .available = !one_in(8),
                .held = holds(),
                .last_used = at(-upto(3))};
    }

private:
    std::mt19937 engine_;
};

struct Case {
    explicit Case(unsigned seed) : dice(seed) {
        const int count = dice.upto(4);
        for (int i = 0; i < count; ++i) candidates.push_back(dice.candidate(i));
        duration = seconds(1 + dice.upto(3));
    }

    Dice dice;
    std::vector<Candidate> candidates;
    seconds duration{};
};

TEST(SessionRulesProperty, free_candidates_are_those_of_the_model_in_order) {
    for (unsigned seed = 0; seed < 2000; ++seed) {
        const Case it(seed);
        std::vector<const Candidate*> expected;
        for (const Candidate& candidate : it.candidates)
            if (model_is_free(candidate, origin, it.duration)) expected.push_back(&candidate);
        std::ranges::sort(expected, {}, [](const Candidate* candidate) {
            return std::pair(candidate->last_used, candidate->offer);
        });
        EXPECT_EQ(free_candidates(it.candidates, origin, it.duration), expected) << "seed " << seed;
    }
}

TEST(SessionRulesProperty, availability_is_that_of_the_model) {
    for (unsigned seed = 0; seed < 2000; ++seed) {
        const Case it(seed);
        const Availability result = availability(it.candidates, origin, it.duration);
        const auto used = std::ranges::count_if(it.candidates, [](const Candidate& candidate) {
            return std::ranges::any_of(
                candidate.held, [](const Held& held) { return has_begun_or_covers(held, origin); });
        });
        EXPECT_EQ(result.used, static_cast<std::size_t>(used)) << "seed " << seed;
        EXPECT_EQ(result.available, free_candidates(it.candidates, origin, it.duration).size())
            << "seed " << seed;
        EXPECT_EQ(result.wait, model_wait(it.candidates, origin, it.duration)) << "seed " << seed;
    }
}

// Whoever comes again after the wait is served, when nobody else came.
TEST(SessionRulesProperty, after_the_wait_one_is_free_unless_it_expires_within_that_second) {
    int served = 0;
    for (unsigned seed = 0; seed < 2000; ++seed) {
        const Case it(seed);
        const Availability result = availability(it.candidates, origin, it.duration);
        if (!result.wait) continue;
        const BookingTime later = origin + *result.wait;
        const bool is_served = !free_candidates(it.candidates, later, it.duration).empty();
        served += is_served ? 1 : 0;
        const bool is_tight = std::ranges::any_of(it.candidates, [&](const Candidate& candidate) {
            const BookingTime end = later + it.duration;
            const bool expires_within =
                candidate.expires >= end - seconds(1) && candidate.expires < end;
            return expires_within || std::ranges::any_of(candidate.held, [&](const Held& held) {
                       return held.time.start > origin && held.time.start < end;
                   });
        });
        EXPECT_TRUE(is_served || is_tight) << "seed " << seed;
    }
    EXPECT_GT(served, 500);
}

}  // namespace
}  // namespace relay::booking
