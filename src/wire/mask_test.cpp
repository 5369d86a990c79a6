// SPDX-License-Identifier: Apache-2.0
#include "wire/mask.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace relay::wire {
namespace {

TEST(Mask, EqualsTheByteWiseDefinitionAtEverySizeAndOffset) {
    const MaskKey key{0x01, 0x80, 0xFF, 0x37};
    for (std::size_t size = 0; size < 70; ++size) {
        for (std::size_t offset = 0; offset < 9; ++offset) {
            std::vector<std::uint8_t> from(size), to(size + 1, 0xAA), expected(size + 1, 0xAA);
            for (std::size_t i = 0; i < size; ++i) {
                from[i] = static_cast<std::uint8_t>(i * 31);
                expected[i] = static_cast<std::uint8_t>(from[i] ^ key[(i + offset) % 4]);
            }
            apply_mask(from, to.data(), key, offset);
            EXPECT_EQ(to, expected) << size << " bytes at " << offset;
            apply_mask(from, from.data(), key, offset);
            to.pop_back();
            EXPECT_EQ(from, to) << "in place";
        }
    }
}

}  // namespace
}  // namespace relay::wire
