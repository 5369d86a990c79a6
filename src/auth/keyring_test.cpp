// SPDX-License-Identifier: Apache-2.0
#include "auth/keyring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relay::auth {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string long_secret(32, 's');

TEST(KeyRing, finds_keys_by_name_and_the_one_without) {
    const auto ring = KeyRing::make(Secret(long_secret), {Secret("old=" + long_secret + "=x==")});
    ASSERT_TRUE(ring);
    EXPECT_EQ(ring->unnamed().reveal(), long_secret);
    ASSERT_NE(ring->find("old"), nullptr);
    EXPECT_EQ(ring->find("old")->reveal(), long_secret + "=x==");
    EXPECT_EQ(ring->find(""), nullptr);
    EXPECT_EQ(ring->find("ol"), nullptr);
    EXPECT_EQ(ring->find(std::string_view("old\0", 4)), nullptr);
    EXPECT_THAT(ring->warnings(), IsEmpty());
}

// spec/session-relay.md §13, row 13
TEST(KeyRing, defect_13_an_empty_secret_is_refused) {
    EXPECT_EQ(KeyRing::make(Secret()).error().code, Errc::invalid);
    EXPECT_FALSE(KeyRing::make(Secret(long_secret), {Secret("new=")}));
}

TEST(KeyRing, refuses_malformed_and_repeated_names_without_telling_the_secret) {
    for (const char* text : {"hunter2", "=hunter2", ""}) {
        const auto ring = KeyRing::make(Secret(long_secret), {Secret(text)});
        ASSERT_FALSE(ring) << text;
        EXPECT_THAT(ring.error().detail, Not(HasSubstr("hunter2")));
    }
    const auto twice =
        KeyRing::make(Secret(long_secret), {Secret("a=hunter2"), Secret("a=hunter3")});
    EXPECT_EQ(twice.error().detail, "key 'a' is given twice");
}

TEST(KeyRing, warns_of_each_secret_below_32_bytes) {
    const auto ring = KeyRing::make(Secret(std::string(31, 's')),
                                    {Secret("short=hunter2"), Secret("long=" + long_secret)});
    ASSERT_TRUE(ring);
    EXPECT_THAT(ring->warnings(), ElementsAre(HasSubstr("the secret is shorter than 32 bytes"),
                                              HasSubstr("key 'short'")));
    EXPECT_THAT(ring->warnings()[1], Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace relay::auth
