// SPDX-License-Identifier: Apache-2.0
#include "cli/unverified_token.hpp"

#include "base/base64.hpp"

#include <gmock/gmock.h>

namespace relay::cli {
namespace {

std::optional<std::vector<std::string>> scopes_in(const std::string& claims) {
    return unverified_scopes(Secret("head." + base64url_encode(claims) + ".signature"));
}

TEST(UnverifiedScopes, AreThoseThatTheTokenLists) {
    EXPECT_THAT(scopes_in(R"({"scopes":["host","x"],"topic":"a"})"),
                testing::Optional(testing::ElementsAre("host", "x")));
    EXPECT_THAT(scopes_in(R"({"scopes":[]})"), testing::Optional(testing::IsEmpty()));
    EXPECT_THAT(scopes_in(R"({"scopes":[1,"host",null]})"),
                testing::Optional(testing::ElementsAre("host")));
}

TEST(UnverifiedScopes, AreNothingForWhatIsNoToken) {
    for (const char* claims : {"", "{", "[]", "null", "{}", R"({"scopes":"host"})", "\xff"})
        EXPECT_FALSE(scopes_in(claims)) << claims;
    for (const char* token : {"", "hush", "a.b", "a.!!.c", "..", "."})
        EXPECT_FALSE(unverified_scopes(Secret(token))) << token;
}

}  // namespace
}  // namespace relay::cli
