// SPDX-License-Identifier: Apache-2.0
#include "base/secret.hpp"

#include <gtest/gtest.h>

namespace relay {
namespace {

TEST(Secret, formats_as_stars_of_one_length) {
    EXPECT_EQ(fmt::format("{}", Secret("hunter2")), "***");
    EXPECT_EQ(fmt::format("{}", Secret(std::string(1000, 'x'))), "***");
    EXPECT_EQ(fmt::format("[{:>5}]", Secret("hunter2")), "[  ***]");
}

TEST(Secret, an_empty_one_shows_that_nothing_is_set) {
    EXPECT_EQ(fmt::format("{}", Secret()), "");
    EXPECT_TRUE(Secret().empty());
    EXPECT_FALSE(Secret("x").empty());
}

TEST(Secret, only_reveal_gives_the_text) {
    EXPECT_EQ(Secret("hunter2").reveal(), "hunter2");
}

TEST(Secret, equals_one_of_the_same_text_alone) {
    EXPECT_TRUE(Secret("hunter2") == Secret("hunter2"));
    EXPECT_FALSE(Secret("hunter2") == Secret("hunter3"));
    EXPECT_FALSE(Secret("hunter2") == Secret("hunter22"));
    EXPECT_FALSE(Secret("hunter2") == Secret());
    EXPECT_TRUE(Secret() == Secret());
}

}  // namespace
}  // namespace relay
