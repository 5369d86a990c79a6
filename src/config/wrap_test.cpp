// SPDX-License-Identifier: Apache-2.0
#include "config/wrap.hpp"

#include <gtest/gtest.h>

namespace relay::config {
namespace {

TEST(Wrap, KeepsShortTextOnOneLine) {
    EXPECT_EQ(wrap("two words", 4, 20), "two words");
}

TEST(Wrap, FillsLinesUpToTheWidth) {
    EXPECT_EQ(wrap("aa bb cc dd", 2, 7), "aa bb\n  cc dd");
    EXPECT_EQ(wrap("aa bb cc dd", 2, 6), "aa\n  bb\n  cc\n  dd");
}

TEST(Wrap, LeavesAWordThatIsTooLongWhole) {
    EXPECT_EQ(wrap("a incomprehensible b", 0, 5), "a\nincomprehensible\nb");
}

TEST(Wrap, OfNothingIsNothing) {
    EXPECT_EQ(wrap("", 4, 20), "");
}

}  // namespace
}  // namespace relay::config
