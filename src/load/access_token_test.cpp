// SPDX-License-Identifier: Apache-2.0
#include "load/access_token.hpp"

#include "auth/token.hpp"

#include <gmock/gmock.h>

namespace relay::load {
namespace {

using testing::ElementsAre;

const Secret key("0123456789abcdef0123456789abcdef");
const WallTime now{std::chrono::seconds(1'800'000'000)};

auth::Claims claims_for(const Credentials& credentials, const Group& group) {
    const auto token = access_token(credentials, group, now);
    EXPECT_TRUE(token.has_value());
    const auto keys = auth::KeyRing::make(key);
    const auto claims = auth::verify_token(token->reveal(), *keys, now, std::chrono::seconds(0));
    EXPECT_TRUE(claims.has_value());
    return claims.value_or(auth::Claims());
}

TEST(AccessToken, is_signed_for_the_topic_and_base_of_the_access_url) {
    const auto claims =
        claims_for({.signing_secret = key},
                   {.role = Role::reader, .url = "http://h:3000/ed0/access/session/load-3"});
    EXPECT_TRUE(claims.is_for("http://h:3000/ed0/access"));
    EXPECT_EQ(claims.topic, "load-3");
    EXPECT_EQ(claims.prefix, "session");
    EXPECT_FALSE(claims.booking_id.empty());
    EXPECT_THAT(claims.scopes, ElementsAre("read"));
}

TEST(AccessToken, of_a_publisher_permits_writing_only) {
    const auto claims = claims_for({.signing_secret = key, .audience = "elsewhere"},
                                   {.role = Role::publisher, .url = "http://h/session/x"});
    EXPECT_THAT(claims.scopes, ElementsAre("write"));
    EXPECT_TRUE(claims.is_for("elsewhere"));
}

TEST(AccessToken, that_was_given_is_used_as_it_is) {
    const auto token = access_token({.token = Secret("given"), .signing_secret = key},
                                    {.url = "http://h/session/x"}, now);
    ASSERT_TRUE(token.has_value());
    EXPECT_EQ(token->reveal(), "given");
}

TEST(AccessToken, is_empty_for_a_direct_url_so_that_it_cannot_leak) {
    const auto token = access_token({.token = Secret("given")}, {.url = "ws://h/session/x"}, now);
    ASSERT_TRUE(token.has_value());
    EXPECT_TRUE(token->empty());
}

TEST(AccessToken, cannot_be_signed_for_a_url_without_a_topic) {
    EXPECT_FALSE(access_token({.signing_secret = key}, {.url = "http://h/x"}, now).has_value());
}

}  // namespace
}  // namespace relay::load
