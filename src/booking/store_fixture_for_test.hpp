// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/desk_fixture_for_test.hpp"

#include <string>
#include <utility>
#include <vector>

namespace relay::booking {

// A backend without rules above it.
struct StoreContract : SessionDesk {
    static BookingTime at(std::int64_t seconds) { return from_unix_seconds(seconds); }

    // Of a unit of work that may fail.
    Result<void> attempt(Store::Writing work) {
        return write_now(backend->store(), std::move(work));
    }
    Errc error_of(Store::Writing work) {
        const Result<void> done = attempt(std::move(work));
        EXPECT_FALSE(done);
        return done ? Errc::internal : done.error().code;
    }

    Catalogue catalogue() {
        return look<Catalogue>([](const Transaction& seen) { return seen.catalogue().all(); });
    }
    std::vector<Resource> resources() {
        return look<std::vector<Resource>>(
            [&](const Transaction& seen) { return seen.catalogue().resources(now); });
    }
    std::vector<Candidate> candidates(const std::string& pool = "bench") {
        return look<std::vector<Candidate>>(
            [&](const Transaction& seen) { return seen.sessions().candidates(pool, now); });
    }
    void put_group(const ListedGroup& group) {
        change([&](Transaction& unit) { return unit.catalogue().put_group(group); });
    }
    bool retire_pool(const std::string& id) {
        return act<bool>([&](Transaction& unit) { return unit.catalogue().retire_pool(id, now); });
    }
    bool retire_group(const std::string& id) {
        return act<bool>([&](Transaction& unit) { return unit.catalogue().retire_group(id, now); });
    }
    bool retire_offer(const std::string& id) {
        return act<bool>([&](Transaction& unit) { return unit.catalogue().retire_offer(id, now); });
    }

    // For [from, to) seconds after `now`; written at `now`.
    Booking booking(const std::string& name, int from, int to) const {
        using std::chrono::seconds;
        return {.name = name,
                .user = "ada",
                .pool = "bench",
                .group = "optics",
                .time = {now + seconds(from), now + seconds(to)},
                .created = now};
    }
    SessionTable::Outcome write_booking(const Booking& booking, const std::string& offer) {
        return act<SessionTable::Outcome>(
            [&](Transaction& unit) { return unit.sessions().book(booking, offer); });
    }
    bool is_booked(const Booking& booking, const std::string& offer = "laser-7") {
        return write_booking(booking, offer) == SessionTable::Outcome::booked;
    }
    Result<void> begin_cancel(const std::string& name) {
        return attempt(
            [&](Transaction& unit) { return unit.sessions().begin_cancel(name, now, "root"); });
    }
    Result<void> finish_cancel(const std::string& name) {
        return attempt([&](Transaction& unit) { return unit.sessions().finish_cancel(name, now); });
    }
};

}  // namespace relay::booking
