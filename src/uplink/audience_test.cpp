// SPDX-License-Identifier: Apache-2.0
#include "uplink/audience.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace relay::uplink {
namespace {

std::optional<std::size_t> parse(std::string_view text) {
    return parse_audience({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

TEST(Audience, is_a_number_of_readers) {
    EXPECT_EQ(parse("readers=0"), 0u);
    EXPECT_EQ(parse("readers=1"), 1u);
    EXPECT_EQ(parse("readers=12345"), 12345u);
}

TEST(Audience, is_unknown_when_a_ping_says_anything_else) {
    for (const char* text :
         {"", "readers", "readers=", "readers=-1", "readers=+1", "readers=1 ", "readers= 1",
          "readers=x", "Readers=1", "xreaders=1", "readers=99999999999999999999999"})
        EXPECT_FALSE(parse(text)) << text;
}

}  // namespace
}  // namespace relay::uplink
