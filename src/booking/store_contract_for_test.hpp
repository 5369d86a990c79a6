// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every backend does (store.hpp and the tables). A backend's test program includes this in one
// file and instantiates StoreContract, DenialContract and UnitContract:
//     INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, testing::Values(&make_sqlite_store));
#include "booking/catalogue_contract_for_test.hpp"
#include "booking/denial_contract_for_test.hpp"
#include "booking/offer_contract_for_test.hpp"
#include "booking/record_contract_for_test.hpp"
#include "booking/session_contract_for_test.hpp"
#include "booking/unit_contract_for_test.hpp"
