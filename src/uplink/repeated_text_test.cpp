// SPDX-License-Identifier: Apache-2.0
#include "uplink/repeated_text.hpp"

#include <gtest/gtest.h>

namespace relay::uplink {
namespace {

TEST(RepeatedText, is_new_once_until_forgotten) {
    RepeatedText texts;
    EXPECT_TRUE(texts.is_new("a"));
    EXPECT_TRUE(texts.is_new("b"));
    EXPECT_FALSE(texts.is_new("a"));
    texts.forget();
    EXPECT_TRUE(texts.is_new("a"));
}

TEST(RepeatedText, stops_at_its_limit_when_a_peer_invents_texts) {
    RepeatedText texts;
    std::size_t logged = 0;
    for (int i = 0; i < 1000; ++i) logged += texts.is_new("error " + std::to_string(i));
    EXPECT_EQ(logged, RepeatedText::limit);
}

}  // namespace
}  // namespace relay::uplink
