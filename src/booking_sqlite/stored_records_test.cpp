// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/stored_records.hpp"

#include "booking_sqlite/connection_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::booking_sqlite {
namespace {

using testing::ElementsAre;

TEST(StoredRecords, a_manifest_is_kept_with_its_digest) {
    ConnectionForTest file;
    auto transaction = store::Transaction::begin(file.database()).value();
    ASSERT_TRUE(StoredRecords(file.connection).append_manifest({}, "root", "abc"));
    const auto kept =
        file.connection.all("SELECT actor || ' ' || body || ' ' || sha256 FROM manifest_rev",
                            [](const Row& row) -> Result<std::string> { return row.text(0); });
    EXPECT_THAT(
        kept.value(),
        ElementsAre("root abc ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

}  // namespace
}  // namespace relay::booking_sqlite
