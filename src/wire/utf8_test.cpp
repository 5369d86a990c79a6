// SPDX-License-Identifier: Apache-2.0
#include "wire/utf8.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace relay::wire {
namespace {

std::vector<std::uint8_t> encode(std::uint32_t point) {
    auto tail = [&](int shift) {
        return static_cast<std::uint8_t>(0x80 | ((point >> shift) & 0x3F));
    };
    if (point < 0x80) return {static_cast<std::uint8_t>(point)};
    if (point < 0x800) return {static_cast<std::uint8_t>(0xC0 | point >> 6), tail(0)};
    if (point < 0x10000) return {static_cast<std::uint8_t>(0xE0 | point >> 12), tail(6), tail(0)};
    return {static_cast<std::uint8_t>(0xF0 | point >> 18), tail(12), tail(6), tail(0)};
}

bool valid(const std::string& text) {
    return is_utf8({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

TEST(Utf8, AcceptsEveryCharacterButSurrogates) {
    for (std::uint32_t point = 0; point <= 0x10FFFF; ++point)
        ASSERT_EQ(is_utf8(encode(point)), point < 0xD800 || point > 0xDFFF) << point;
    EXPECT_FALSE(is_utf8(encode(0x110000)));
}

TEST(Utf8, AcceptsExactlyTheTwoAndThreeByteSequencesOfRfc3629) {
    std::size_t two = 0, three = 0;
    for (unsigned a = 0x80; a < 0x100; ++a) {
        for (unsigned b = 0; b < 0x100; ++b) {
            const std::uint8_t pair[] = {static_cast<std::uint8_t>(a),
                                         static_cast<std::uint8_t>(b)};
            two += is_utf8(pair);
            for (unsigned c = 0x80; c < 0xC0; ++c) {
                const std::uint8_t triple[] = {pair[0], pair[1], static_cast<std::uint8_t>(c)};
                three += is_utf8(triple);
            }
        }
    }
    EXPECT_EQ(two, 0x800u - 0x80u);
    EXPECT_EQ(three, 0x10000u - 0x800u - 0x800u);  // less the surrogates
}

TEST(Utf8, RefusesOverlongAndCutForms) {
    for (const char* bad :
         {"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\x80", "\xff", "\xfe",
          "\xed\xa0\x80", "a\xe2\x82", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80"})
        EXPECT_FALSE(valid(bad)) << bad;
}

TEST(Utf8, FindsAFaultAnywhereInLongText) {
    for (std::size_t at = 0; at < 130; ++at) {
        std::string text(130, 'a');
        EXPECT_TRUE(valid(text));
        text[at] = '\xff';
        EXPECT_FALSE(valid(text)) << at;
    }
}

TEST(Utf8, CarriesACharacterOverPieces) {
    const std::string text = "a\xf0\x9f\x8e\x93z";
    Utf8Check check;
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        EXPECT_TRUE(check.feed({&byte, 1}));
    }
    EXPECT_TRUE(check.complete());
}

}  // namespace
}  // namespace relay::wire
