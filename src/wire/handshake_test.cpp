// SPDX-License-Identifier: Apache-2.0
#include "wire/handshake.hpp"

#include <gtest/gtest.h>

namespace relay::wire {
namespace {

TEST(Handshake, AcceptKeyIsTheExampleOfRfc6455) {
    EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Handshake, KeyIsBase64Of16Bytes) {
    EXPECT_TRUE(is_valid_key("dGhlIHNhbXBsZSBub25jZQ=="));
    for (const char* bad : {"", "abc", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ== ",
                            "dGhlIHNhbXBsZSBub25jZWE=", "not base64 at all, no !!"})
        EXPECT_FALSE(is_valid_key(bad)) << bad;
}

TEST(Handshake, RandomKeysAreValidAndDiffer) {
    const std::string first = random_key();
    EXPECT_TRUE(is_valid_key(first));
    EXPECT_NE(first, random_key());
}

}  // namespace
}  // namespace relay::wire
