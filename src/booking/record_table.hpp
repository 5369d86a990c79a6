// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/session.hpp"
#include "booking/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace relay::booking {

// Whether sessions may be booked, and the message of the day.
struct ServiceState {
    bool locked = false;
    std::string message = "Open for bookings";

    bool operator==(const ServiceState&) const = default;
};

// Who did what to what, when. Never holds tokens.
struct AuditEntry {
    BookingTime at;
    std::string actor;   // user, or `admin`
    std::string action;  // `session booked`, `manifest replaced`, ...
    std::string object;  // booking, pool, ...
    std::string detail;

    bool operator==(const AuditEntry&) const = default;
};

// How often requests of an hour were refused for a reason.
struct RefusalCount {
    BookingTime hour;  // its start
    std::string pool;  // id
    std::string group;
    std::string reason;
    std::uint64_t count = 0;

    bool operator==(const RefusalCount&) const = default;
};

// A booking as statistics see it.
struct UseRecord {
    ResourceNumber resource = 0;
    std::string activity, pool;  // names, as booked
    std::string group;
    std::string user;
    Interval time;  // that it took: until it was cancelled, if it was
    bool cancelled = false;

    bool operator==(const UseRecord&) const = default;
};

// What is kept beside bookings: the state of the service, what was done, what was refused.
class RecordTable {
public:
    virtual ~RecordTable() = default;

    virtual Result<ServiceState> state() const = 0;
    virtual Result<void> set_state(const ServiceState& state) = 0;

    // Append-only: the database refuses changes.
    virtual Result<void> append_audit(const AuditEntry& entry) = 0;
    // By time, the oldest first.
    virtual Result<std::vector<AuditEntry>> audit(Interval during, std::size_t most) const = 0;

    // Adds one to the count of that hour.
    virtual Result<void> count_refusal(BookingTime at, std::string_view pool,
                                       std::string_view group, std::string_view reason) = 0;
    // Of the hours that overlap, by hour.
    virtual Result<std::vector<RefusalCount>> refusals(Interval during) const = 0;
    // Bookings whose time overlaps, by start. One that was cancelled before it began took none; it
    // counts at its start.
    virtual Result<std::vector<UseRecord>> uses(Interval during) const = 0;

    // The manifests that were uploaded, for looking back; each with its SHA-256.
    virtual Result<void> append_manifest(BookingTime at, std::string_view by,
                                         std::string_view content) = 0;
};

}  // namespace relay::booking
