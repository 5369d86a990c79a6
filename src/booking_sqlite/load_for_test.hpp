// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/store.hpp"
#include "booking/store_for_test.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

// Units of work that write to several tables, and what they leave behind.
namespace relay::booking_sqlite {

inline std::string rig_name(int rig) {
    return "rig " + std::to_string(rig);
}

// Simulations, so that nothing but the tables matters. Once for each database.
inline Result<void> put_rigs(booking::Store& store, int rigs) {
    return booking::write_now(store, [rigs](booking::Transaction& unit) {
        auto done = unit.catalogue().put_pool({"bench", "", {{.name = "bench"}, {}, {}}});
        for (int rig = 0; rig < rigs && done; ++rig) {
            const auto resource = unit.catalogue().add_resource();
            if (!resource) return Result<void>(std::unexpected(resource.error()));
            done = unit.catalogue().put_offer({rig_name(rig),
                                               "",
                                               {{.name = rig_name(rig)}, {}, "", {}, {}},
                                               {"bench"},
                                               *resource});
        }
        return done;
    });
}

// A booking in the given second, a note in the audit, a relay to tell: all or nothing.
inline Result<void> write_booking(booking::Transaction& unit, const std::string& name, int rig,
                                  std::int64_t second) {
    const auto booked = unit.sessions().book(
        {.name = name,
         .user = "user of " + rig_name(rig),
         .pool = "bench",
         .time = {booking::from_unix_seconds(second), booking::from_unix_seconds(second + 1)}},
        rig_name(rig));
    if (!booked) return std::unexpected(booked.error());
    if (*booked != booking::SessionTable::Outcome::booked)
        return fail(Errc::conflict, "taken, though nobody else is there");
    if (auto noted = unit.records().append_audit({{}, "user", "booked", name, ""}); !noted)
        return noted;
    return unit.denials().add({.booking = name, .relay = "https://relay.example"});
}

// The names of all that was written; a unit that left a part is a failure of the test.
inline std::set<std::string> written_bookings(booking::Store& store) {
    using booking::BookingTime;
    std::set<std::string> booked, noted, denied;
    const auto read = booking::read_now(store, [&](const booking::Transaction& seen) {
        const auto sessions = seen.sessions().live(BookingTime());
        const auto notes = seen.records().audit({BookingTime(), BookingTime::max()}, SIZE_MAX);
        const auto denials = seen.denials().due(BookingTime::max(), SIZE_MAX);
        const auto contradictions = seen.sessions().contradictions();
        EXPECT_TRUE(sessions && notes && denials && contradictions);
        if (!sessions || !notes || !denials || !contradictions) return Result<void>();
        for (const booking::Session& session : *sessions) booked.insert(session.booking.name);
        for (const booking::AuditEntry& entry : *notes) noted.insert(entry.object);
        for (const booking::Denial& denial : *denials) denied.insert(denial.booking);
        EXPECT_EQ(*contradictions, std::vector<std::string>());
        return Result<void>();
    });
    EXPECT_TRUE(read);
    EXPECT_EQ(booked, noted);
    EXPECT_EQ(booked, denied);
    return booked;
}

}  // namespace relay::booking_sqlite
