// SPDX-License-Identifier: Apache-2.0
#include "booking/session_rules.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace relay::booking {
namespace {

using std::chrono::seconds;

bool is_possible(seconds duration) {
    return duration > seconds(0) && duration <= longest_session;
}

// One that has begun holds its resource at any time before its end, also when the clock was set
// back to before its start.
bool is_held(const Held& held, BookingTime now) {
    return now < held.time.end && (held.begun || held.time.start <= now);
}

bool is_in_the_way(const Held& held, Interval wanted) {
    return held.begun ? wanted.start < held.time.end : held.time.overlaps(wanted);
}

bool is_free(const Candidate& candidate, Interval wanted) {
    return candidate.available && candidate.expires >= wanted.end &&
           std::ranges::none_of(candidate.held,
                                [&](const Held& held) { return is_in_the_way(held, wanted); });
}

// When the candidate is first free for the duration. Holds are by start and do not overlap: behind
// one that was in the way, those before it are not in the way either.
std::optional<BookingTime> first_free(const Candidate& candidate, BookingTime now,
                                      seconds duration) {
    BookingTime start = now;
    for (const Held& held : candidate.held) {
        if (is_in_the_way(held, {start, start + duration})) start = held.time.end;
    }
    if (!candidate.available || candidate.expires < start + duration) return std::nullopt;
    return start;
}

}  // namespace

std::string_view name_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::unknown_pool:
            return "unknown pool";
        case Refusal::too_short:
            return "too short";
        case Refusal::too_long:
            return "too long";
        case Refusal::no_user:
            return "no user";
        case Refusal::locked:
            return "locked";
        case Refusal::too_many_sessions:
            return "too many sessions";
        case Refusal::none_available:
            return "none available";
        case Refusal::key_reused:
            return "key reused";
    }
    return "unknown";
}

std::optional<Refusal> judge(seconds duration, const Circumstances& circumstances) {
    if (!circumstances.pool) return Refusal::unknown_pool;
    if (duration < seconds(0)) return Refusal::too_long;
    if (duration < std::max(circumstances.pool->least, seconds(1))) return Refusal::too_short;
    if (duration > std::min(circumstances.pool->most, longest_session)) return Refusal::too_long;
    if (!circumstances.has_user) return Refusal::no_user;
    if (circumstances.locked || circumstances.max_sessions < 1) return Refusal::locked;
    if (circumstances.sessions >= circumstances.max_sessions) return Refusal::too_many_sessions;
    return std::nullopt;
}

std::vector<const Candidate*> free_candidates(std::span<const Candidate> candidates,
                                              BookingTime now, seconds duration) {
    std::vector<const Candidate*> free;
    if (!is_possible(duration)) return free;
    for (const Candidate& candidate : candidates) {
        if (is_free(candidate, {now, now + duration})) free.push_back(&candidate);
    }
    std::ranges::sort(free, [](const Candidate* left, const Candidate* right) {
        return std::tie(left->last_used, left->offer) < std::tie(right->last_used, right->offer);
    });
    return free;
}

Availability availability(std::span<const Candidate> candidates, BookingTime now,
                          seconds duration) {
    std::set<ResourceNumber> free, used;
    std::optional<BookingTime> first;
    for (const Candidate& candidate : candidates) {
        if (std::ranges::any_of(candidate.held,
                                [&](const Held& held) { return is_held(held, now); }))
            used.insert(candidate.resource);
        if (!is_possible(duration)) continue;
        const std::optional<BookingTime> start = first_free(candidate, now, duration);
        if (!start) continue;
        if (*start == now) free.insert(candidate.resource);
        if (!first || *start < *first) first = start;
    }
    Availability result{.available = free.size(), .used = used.size(), .wait = std::nullopt};
    if (first) result.wait = std::chrono::ceil<seconds>(*first - now);
    return result;
}

}  // namespace relay::booking
