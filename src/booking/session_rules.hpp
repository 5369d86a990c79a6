// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/catalogue.hpp"
#include "booking/session.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The rules of instant sessions (spec/booking-instant.md §5), pure: the time is passed in.
namespace relay::booking {

enum class Refusal {
    unknown_pool,
    too_short,
    too_long,
    no_user,
    locked,             // or no session is permitted at all
    too_many_sessions,  // of this user
    none_available,
    key_reused,  // the idempotency key belongs to another request, or to a session that is over
};

// For statistics: `none available`, `locked`, ...
std::string_view name_of(Refusal refusal);

// What a request is judged by.
struct Circumstances {
    const Pool* pool = nullptr;  // null: unknown
    bool has_user = true;
    bool locked = false;
    std::size_t sessions = 0;  // that the user has
    std::uint32_t max_sessions = 2;
};

// Nobody gets a longer one, whatever the pool says: times stay far from what can be represented.
inline constexpr std::chrono::seconds longest_session = std::chrono::years(100);

// The first rule that the request breaks, in the order of the specification; availability comes
// after that. A session lasts a second at least; a negative duration is too long, as in the
// reference, where it wraps.
std::optional<Refusal> judge(std::chrono::seconds duration, const Circumstances& circumstances);

// The candidates that are free for [now, now + duration), those that were used longest ago first;
// none when `judge` would refuse the duration in any pool.
std::vector<const Candidate*> free_candidates(std::span<const Candidate> candidates,
                                              BookingTime now, std::chrono::seconds duration);

// What a pool can give (spec §4.5). Resources are counted: two activities of one are one.
struct Availability {
    std::size_t available = 0;                 // free now for that duration
    std::size_t used = 0;                      // held now
    std::optional<std::chrono::seconds> wait;  // until one is free for the duration, rounded up;
                                               // none when that will not be
};
Availability availability(std::span<const Candidate> candidates, BookingTime now,
                          std::chrono::seconds duration);

}  // namespace relay::booking
