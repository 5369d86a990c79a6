// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/catalogue.hpp"
#include "booking/time.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace relay::booking {

enum class BookingState {
    active,      // takes place, or has taken place
    cancelling,  // relays are still to be told; the resource stays held
    cancelled,
};

// One user's use of one resource for a time. Whether it is over is told by the time alone.
struct Booking {
    std::string name;  // UUID; `booking_id` in the tokens of its streams
    std::string user;
    std::string pool;   // id
    std::string group;  // name of the group that gave the right, for statistics
    Interval time;
    BookingState state = BookingState::active;
    std::string idempotency_key;      // of the request; empty: none
    std::uint32_t request_check = 0;  // tells a repeated request from another one with that key
    BookingTime created;

    bool operator==(const Booking&) const = default;
};

// A booking and what it books, as it was when it was booked.
struct Session {
    Booking booking;
    Offer offer;

    bool operator==(const Session&) const = default;
};

// A time for which a resource is held. `begun`: for a session that began when it was booked, so
// that it lasts until its end whatever the clock says; a clock may be set back.
struct Held {
    Interval time;
    bool begun = true;

    bool operator==(const Held&) const = default;
};

// An offer of a pool as the rules see it.
struct Candidate {
    std::string offer;  // id
    ResourceNumber resource = 0;
    BookingTime expires;
    bool available = true;   // not taken out of service
    std::vector<Held> held;  // active holds of the resource that end in the future, by start
    BookingTime last_used;   // when the resource's last session began; the epoch when none has
};

}  // namespace relay::booking
