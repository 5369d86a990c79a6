// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/store.hpp"
#include "booking_sqlite/connection.hpp"

#include <deque>
#include <vector>

namespace relay::booking_sqlite {

// A unit of work that waits for its turn.
struct WriteJob {
    booking::Store::Writing work;
    booking::Store::Done done;
};

// Runs the units one after the other, each undone alone when it fails, and makes all of them
// durable with one commit: what each is to be told. When the commit fails, or something undoes the
// whole transaction on the way, none of them has happened and each gets Errc::unavailable
// (Connection::failed): also those that failed on their own, for what they saw has not happened
// either. Does not call `done`.
std::vector<Result<void>> commit_together(Connection& connection, std::deque<WriteJob>& jobs);

}  // namespace relay::booking_sqlite
