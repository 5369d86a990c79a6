// SPDX-License-Identifier: Apache-2.0
#include "playfile/log_filter.hpp"

#include <gtest/gtest.h>

namespace relay::playfile {
namespace {

Pattern pattern(std::string_view text) {
    return Pattern::compile(text).value();
}

TEST(LogFilter, WithoutPatternsPassesEverything) {
    const LogFilter filter;
    EXPECT_TRUE(filter.passes("anything"));
    EXPECT_TRUE(filter.passes(""));
}

// The reference blocks everything.
TEST(LogFilter, WithDenyPatternsOnlyPassesTheRest) {
    LogFilter filter;
    filter.deny(pattern("\"hb\""));
    EXPECT_FALSE(filter.passes(R"({"hb":1})"));
    EXPECT_TRUE(filter.passes(R"({"angle":1})"));
}

TEST(LogFilter, WithAcceptPatternsPassesWhatOneOfThemMatches) {
    LogFilter filter;
    filter.accept(pattern("^a"));
    filter.accept(pattern("^b"));
    EXPECT_TRUE(filter.passes("a1"));
    EXPECT_TRUE(filter.passes("b1"));
    EXPECT_FALSE(filter.passes("c1"));
}

TEST(LogFilter, DenyBindsMoreThanAccept) {
    LogFilter filter;
    filter.accept(pattern("^a"));
    filter.deny(pattern("hb"));
    EXPECT_TRUE(filter.passes("a1"));
    EXPECT_FALSE(filter.passes("a hb"));
}

TEST(LogFilter, ResetPassesEverythingAgain) {
    LogFilter filter;
    filter.accept(pattern("^a"));
    filter.deny(pattern("."));
    filter.reset();
    EXPECT_TRUE(filter.passes("c"));
}

}  // namespace
}  // namespace relay::playfile
