// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/session_rules.hpp"
#include "booking/store.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// What users do with sessions, each within one transaction.
namespace relay::booking {

struct SessionRequest {
    std::string user;
    std::string pool;   // id
    std::string group;  // name of the one that gives the right to the pool
    std::chrono::seconds duration{0};
    std::uint32_t max_sessions = 2;
    std::string idempotency_key;  // empty: none
};

// Books, or says why not; both are recorded. A repeated request with the same key gets the session
// that it got the first time. Errors are the database's.
Result<std::variant<Session, Refusal>> request_session(Transaction& transaction,
                                                       const SessionRequest& request,
                                                       BookingTime now);

enum class Cancellation {
    done,     // the resource is free
    pending,  // until all relays have been told; the resource stays held
};

// Ends a session before its time. `user` has to be its owner unless empty (an administrator).
// Errc::not_found when there is none, when it is another user's, and when it is over. Repeating it
// tells how it stands.
Result<Cancellation> cancel_session(Transaction& transaction, std::string_view name,
                                    std::string_view user, std::string_view by, BookingTime now);

// After a denial was settled: frees the resource when it was the last one.
Result<void> finish_if_settled(Transaction& transaction, std::string_view name, BookingTime now);

// Ends all sessions and withdraws all offers; what happened before stays on record.
Result<void> reset(Transaction& transaction, std::string_view by, BookingTime now);

}  // namespace relay::booking
