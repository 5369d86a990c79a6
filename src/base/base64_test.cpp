// SPDX-License-Identifier: Apache-2.0
#include "base/base64.hpp"

#include <gtest/gtest.h>

#include <string>

namespace relay {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

struct Vector {
    std::string_view plain, padded, url;
};

// RFC 4648 §10, and bytes that need the two characters in which the alphabets differ.
constexpr Vector vectors[] = {
    {"", "", ""},
    {"f", "Zg==", "Zg"},
    {"fo", "Zm8=", "Zm8"},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xfe", "+//+", "-__-"},
};

TEST(Base64, encodes_the_vectors_of_the_rfc) {
    for (const Vector& vector : vectors) {
        EXPECT_EQ(base64_encode(bytes_of(vector.plain)), vector.padded);
        EXPECT_EQ(base64url_encode(vector.plain), vector.url);
    }
}

TEST(Base64, decodes_the_vectors_of_the_rfc) {
    for (const Vector& vector : vectors) {
        EXPECT_EQ(base64_decode(vector.padded), vector.plain);
        EXPECT_EQ(base64url_decode(vector.url), vector.plain);
    }
}

TEST(Base64, every_byte_in_every_position_comes_back) {
    for (int value = 0; value < 256; ++value) {
        for (std::size_t size = 1; size < 8; ++size) {
            const std::string plain(size, static_cast<char>(value));
            EXPECT_EQ(base64url_decode(base64url_encode(plain)), plain);
            EXPECT_EQ(base64_decode(base64_encode(bytes_of(plain))), plain);
        }
    }
}

TEST(Base64, url_form_refuses_what_no_encoder_writes) {
    for (const std::string_view text : {"Zg==", "Zg=", "Z", "Zm9vY", "Zh", "Zm9", "Zm 8", "Zm8\n",
                                        "Zm+v", "Zm/v", "Z\xc3\xa9g"}) {
        EXPECT_EQ(base64url_decode(text), std::nullopt) << text;
    }
    EXPECT_EQ(base64url_decode(std::string_view("Z\0", 2)), std::nullopt);
}

TEST(Base64, padded_form_refuses_what_no_encoder_writes) {
    for (const std::string_view text :
         {"Zg", "Zg=", "Zg===", "Z===", "====", "Zh==", "Zm9=", "Zm-v", "Zm_v", "Zg==Zg=="}) {
        EXPECT_EQ(base64_decode(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace relay
