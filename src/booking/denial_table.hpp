// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace relay::booking {

// A relay that is to be told that a booking is over before its time (`POST <relay>/bids/deny`).
struct Denial {
    std::string booking;  // name
    std::string relay;    // access URL, audience of the streams
    BookingTime until;    // end of the booking: nobody needs to be told after that
    std::uint32_t attempts = 0;
    BookingTime next_attempt;

    bool operator==(const Denial&) const = default;
};

// The outbox of denials: written with the cancellation, emptied as relays answer.
class DenialTable {
public:
    virtual ~DenialTable() = default;

    // Errc::not_found without such a booking, Errc::conflict for a relay that it has already.
    virtual Result<void> add(const Denial& denial) = 0;
    // Those whose next attempt is due, the earliest first.
    virtual Result<std::vector<Denial>> due(BookingTime now, std::size_t most) const = 0;
    virtual Result<std::optional<BookingTime>> next_due() const = 0;
    // Of a booking: those that no relay has answered yet.
    virtual Result<std::vector<Denial>> pending(std::string_view booking) const = 0;
    // It is done: the relay has answered, or the time is over. Without an effect, as the next, on
    // one that is not there: a relay may answer twice.
    virtual Result<void> settle(std::string_view booking, std::string_view relay) = 0;
    virtual Result<void> postpone(std::string_view booking, std::string_view relay,
                                  BookingTime next_attempt) = 0;
};

}  // namespace relay::booking
