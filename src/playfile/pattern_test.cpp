// SPDX-License-Identifier: Apache-2.0
#include "playfile/pattern.hpp"

#include <gtest/gtest.h>

namespace relay::playfile {
namespace {

TEST(Pattern, MatchesAnywhereInTheText) {
    const auto pattern = Pattern::compile(R"("is"\s*:\s*"running")");
    ASSERT_TRUE(pattern) << pattern.error().detail;
    EXPECT_TRUE(pattern->matches(R"({"motor": {"is" : "running"}})"));
    EXPECT_FALSE(pattern->matches(R"({"is":"stopped"})"));
}

TEST(Pattern, KnowsTheClassesOfGo) {
    EXPECT_TRUE(Pattern::compile(R"((?i)^\pL+\d{2}$)")->matches("Ä42"));
    EXPECT_TRUE(
        Pattern::compile("^a.c$")->matches("a\xC3\xA4"
                                           "c"));
}

TEST(Pattern, LookAheadIsRefusedWithAReason) {
    const auto pattern = Pattern::compile("a(?=b)");
    ASSERT_FALSE(pattern);
    EXPECT_EQ(pattern.error().code, Errc::invalid);
    EXPECT_NE(pattern.error().detail.find("(?="), std::string::npos) << pattern.error().detail;
}

TEST(Pattern, TakesLinearTimeWhereBacktrackingTakesForEver) {
    const auto pattern = Pattern::compile("(a*)*(a*)*(a*)*b");
    EXPECT_FALSE(pattern->matches(std::string(100'000, 'a')));
}

}  // namespace
}  // namespace relay::playfile
