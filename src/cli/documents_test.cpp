// SPDX-License-Identifier: Apache-2.0
#include "cli/documents.hpp"

#include "cli/read_file.hpp"

#include <gtest/gtest.h>

namespace relay::cli {
namespace {

std::string committed(const std::string& name) {
    return read_file(std::string(RELAY_DOCUMENTS) + "/" + name).value_or("(no such file)");
}

TEST(Documents, CommittedSettingsAreThoseOfTheTables) {
    EXPECT_TRUE(committed("settings.md") == settings_document())
        << "regenerate: relay docs settings > docs/settings.md";
}

TEST(Documents, CommittedManualPageIsThatOfTheTables) {
    EXPECT_TRUE(committed("relay.1") == manual_page(commands()))
        << "regenerate: relay docs man > docs/relay.1";
}

}  // namespace
}  // namespace relay::cli
