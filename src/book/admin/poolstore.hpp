// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/catalogue.hpp"
#include "booking/session.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The store as one document, to be kept or carried to another server: the reference's format
// (spec/booking-instant.md §7) without its secret. Pure.
namespace relay::book {

// A session as it is carried. The reference does not tell where and when it began.
struct CarriedSession {
    std::string name, user;
    std::string activity_id;
    booking::Activity activity;  // as booked
    std::string pool;            // id; empty: not told
    std::string group;
    std::optional<booking::BookingTime> start;
    booking::BookingTime end;

    bool operator==(const CarriedSession&) const = default;
};

struct Poolstore {
    booking::Catalogue catalogue;  // without resources: topics tell them
    std::vector<CarriedSession> sessions;
    std::optional<bool> locked;
    std::optional<std::string> message;

    bool operator==(const Poolstore&) const = default;
};

// What the format says beyond that; readers of ours skip it.
struct PoolstoreSettings {
    std::chrono::seconds login_time{3600};
    std::uint32_t max_sessions = 2;
};

// {"pool": .., "booking": ..}, each base64 of JSON. No secret and no token is in it. Members beyond
// the format, which the reference skips: `key` of pools, groups, activities; `max_sessions` of
// groups; `bookings`, what it does not tell of sessions.
nlohmann::json to_json(const Poolstore& store, const PoolstoreSettings& settings,
                       booking::BookingTime now);

// Reads exports of ours and of the reference; its secret and its tokens are skipped, and so are
// sessions that were not confirmed. Errc::internal, in the words of the reference: `Empty poolstore
// in request`, or `pool:` and `booking:` with the member and what is expected of it.
Result<Poolstore> read_poolstore(const nlohmann::json& value);

}  // namespace relay::book
