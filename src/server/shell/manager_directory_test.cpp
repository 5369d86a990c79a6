// SPDX-License-Identifier: Apache-2.0
#include "server/shell/manager_directory.hpp"

#include <gtest/gtest.h>

namespace relay::server {
namespace {

TEST(ManagerDirectoryTest, the_newest_serves_the_topic) {
    ManagerDirectory directory;
    EXPECT_FALSE(directory.find("a"));
    EXPECT_FALSE(directory.put("a", {.number = 1, .resumes = false}));
    EXPECT_FALSE(directory.put("b", {.number = 2, .resumes = false}));
    const auto replaced = directory.put("a", {.number = 3, .resumes = true});
    ASSERT_TRUE(replaced);
    EXPECT_EQ(replaced->number, 1u);
    EXPECT_EQ(directory.find("a")->number, 3u);
    EXPECT_TRUE(directory.find("a")->resumes);
    EXPECT_EQ(directory.find("b")->number, 2u);
}

TEST(ManagerDirectoryTest, one_that_was_replaced_takes_nothing_with_it) {
    ManagerDirectory directory;
    directory.put("a", {.number = 1, .resumes = false});
    directory.put("a", {.number = 2, .resumes = false});
    directory.erase("a", 1);
    EXPECT_EQ(directory.find("a")->number, 2u);
    directory.erase("a", 2);
    EXPECT_FALSE(directory.find("a"));
    directory.erase("a", 2);
    EXPECT_EQ(directory.size(), 0u);
}

}  // namespace
}  // namespace relay::server
