// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/session.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace relay::booking {

// Bookings and the holds on resources. The database itself refuses a hold that overlaps another
// active one of its resource, whatever the program does.
class SessionTable {
public:
    virtual ~SessionTable() = default;

    // The pool's offers, in no order.
    virtual Result<std::vector<Candidate>> candidates(std::string_view pool,
                                                      BookingTime now) const = 0;

    // The user's sessions that have neither ended nor been cancelled, by start; those being
    // cancelled included.
    virtual Result<std::vector<Session>> of_user(std::string_view user, BookingTime now) const = 0;
    // The same of all users.
    virtual Result<std::vector<Session>> live(BookingTime now) const = 0;
    virtual Result<std::optional<Session>> find(std::string_view name) const = 0;
    virtual Result<std::optional<Session>> find_by_key(std::string_view user,
                                                       std::string_view idempotency_key) const = 0;

    enum class Outcome { booked, taken };
    // Writes the booking and its hold on the offer's resource; the user is added when unknown.
    // `taken`: an active hold overlaps, nothing was written. Errc::conflict: the name or the user's
    // key is there already; Errc::not_found: no such offer. In no case was anything written.
    virtual Result<Outcome> book(const Booking& booking, std::string_view offer) = 0;

    // active -> cancelling, with who did it; Errc::not_found when it is not active.
    virtual Result<void> begin_cancel(std::string_view name, BookingTime now,
                                      std::string_view by) = 0;
    // cancelling -> cancelled: from now on it holds nothing, also when the clock is set back.
    // Without an effect on one that is cancelled; Errc::conflict when it is active,
    // Errc::not_found.
    virtual Result<void> finish_cancel(std::string_view name, BookingTime now) = 0;

    struct Counts {
        std::size_t groups = 0, pools = 0, activities = 0, sessions = 0;  // of now
        std::optional<BookingTime> last_end;                              // of live sessions
    };
    virtual Result<Counts> counts(BookingTime now) const = 0;

    // What must never be: overlapping active holds, bookings without hold, holds that differ from
    // their booking. One line each; empty when all is well. Reads everything.
    virtual Result<std::vector<std::string>> contradictions() const = 0;
};

}  // namespace relay::booking
