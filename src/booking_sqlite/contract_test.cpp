// SPDX-License-Identifier: Apache-2.0
#include "booking/desk_contract_for_test.hpp"
#include "booking/store_contract_for_test.hpp"
#include "booking_sqlite/store_for_test.hpp"

namespace relay::booking {

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract,
                         testing::Values(&booking_sqlite::make_sqlite_store));
INSTANTIATE_TEST_SUITE_P(Sqlite, DenialContract,
                         testing::Values(&booking_sqlite::make_sqlite_store));
INSTANTIATE_TEST_SUITE_P(Sqlite, UnitContract, testing::Values(&booking_sqlite::make_sqlite_store));
INSTANTIATE_TEST_SUITE_P(Sqlite, SessionDesk, testing::Values(&booking_sqlite::make_sqlite_store));

}  // namespace relay::booking
