// SPDX-License-Identifier: Apache-2.0
#include "load/payload.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace relay::load {
namespace {

using Form = Payload::Form;

class PayloadOfEachForm : public testing::TestWithParam<Form> {
protected:
    std::vector<std::uint8_t> message(std::uint64_t sequence, std::size_t size) {
        stamp = Stamp{.topic = 7,
                      .publisher = 3,
                      .sequence = sequence,
                      .sent_at = SteadyTime(std::chrono::nanoseconds(123'456'789'012)),
                      .length = static_cast<std::uint32_t>(size)};
        std::vector<std::uint8_t> bytes(size);
        payload.write(stamp, bytes);
        return bytes;
    }

    Payload payload{GetParam()};
    Stamp stamp;
};

TEST_P(PayloadOfEachForm, reads_back_what_was_written) {
    for (const std::size_t size : {payload.stamp_size(), std::size_t{100}, std::size_t{200'000}}) {
        const auto bytes = message(42, size);
        ASSERT_TRUE(payload.read(bytes).has_value());
        EXPECT_EQ(*payload.read(bytes), stamp);
        EXPECT_TRUE(payload.body_matches(stamp, bytes));
    }
}

TEST_P(PayloadOfEachForm, notices_a_flipped_bit_at_every_place) {
    const auto good = message(1, 150);
    for (std::size_t place = 0; place < good.size(); ++place) {
        auto bad = good;
        bad[place] ^= 1;
        const auto found = payload.read(bad);
        EXPECT_FALSE(found == stamp && payload.body_matches(stamp, bad)) << place;
    }
}

TEST_P(PayloadOfEachForm, fills_each_message_differently) {
    const auto first = message(1, 1000);
    const auto second = message(2, 1000);
    const auto body = static_cast<std::ptrdiff_t>(payload.stamp_size());
    EXPECT_FALSE(std::equal(first.begin() + body, first.end(), second.begin() + body));
    EXPECT_FALSE(payload.body_matches(stamp, first));
}

TEST_P(PayloadOfEachForm, reads_no_stamp_from_too_few_bytes) {
    const auto bytes = message(1, payload.stamp_size());
    EXPECT_FALSE(payload.read(std::span(bytes).first(bytes.size() - 1)));
    EXPECT_FALSE(payload.read({}));
}

INSTANTIATE_TEST_SUITE_P(Payload, PayloadOfEachForm, testing::Values(Form::binary, Form::text),
                         [](const auto& form) {
                             return form.param == Form::text ? "text" : "binary";
                         });

TEST(Payload, of_text_is_printable) {
    const Payload payload(Form::text);
    std::vector<std::uint8_t> bytes(100'000);
    payload.write(Stamp{.length = 100'000}, bytes);
    EXPECT_TRUE(std::ranges::all_of(bytes, [](std::uint8_t b) { return b > 0x20 && b < 0x7F; }));
}

}  // namespace
}  // namespace relay::load
