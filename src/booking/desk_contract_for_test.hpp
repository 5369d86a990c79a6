// SPDX-License-Identifier: Apache-2.0
#pragma once

// All that booking has to do over any backend. A backend's test program includes this in one file:
//     INSTANTIATE_TEST_SUITE_P(Sqlite, SessionDesk, testing::Values(&make_sqlite_store));
//
// The history is longer with RELAY_BOOKING_OPERATIONS, another one with RELAY_BOOKING_SEED.
#include "booking/cancel_contract_for_test.hpp"
#include "booking/history_contract_for_test.hpp"
#include "booking/repeat_contract_for_test.hpp"
#include "booking/request_contract_for_test.hpp"
