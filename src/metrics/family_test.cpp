// SPDX-License-Identifier: Apache-2.0
#include "metrics/family.hpp"

#include <gtest/gtest.h>

namespace relay::metrics {
namespace {

TEST(Render, FamiliesHaveHelpTypeAndSamples) {
    EXPECT_EQ(render({{.name = "relay_bytes_total",
                       .help = "Bytes in all.",
                       .kind = Kind::counter,
                       .samples = {{{{"feed", "video"}}, 1500}, {{{"feed", "data"}}, 0}}},
                      {.name = "relay_up", .help = "One.", .samples = {{{}, 0.5}}}}),
              "# HELP relay_bytes_total Bytes in all.\n"
              "# TYPE relay_bytes_total counter\n"
              "relay_bytes_total{feed=\"video\"} 1500\n"
              "relay_bytes_total{feed=\"data\"} 0\n"
              "# HELP relay_up One.\n"
              "# TYPE relay_up gauge\n"
              "relay_up 0.5\n");
}

TEST(Render, LabelValuesAreEscaped) {
    const std::string text =
        render({{.name = "a", .help = "A.", .samples = {{{{"x", "a\"b\\c\nd"}, {"y", "é"}}, 1}}}});
    EXPECT_TRUE(text.contains("a{x=\"a\\\"b\\\\c\\nd\",y=\"é\"} 1\n")) << text;
}

TEST(Render, LargeCountersAreExact) {
    const std::string text =
        render({{.name = "a_total", .help = "A.", .samples = {{{}, 123'456'789'012'345.0}}}});
    EXPECT_TRUE(text.contains("a_total 123456789012345\n")) << text;
}

TEST(Render, FamiliesWithoutSamplesAreLeftOut) {
    EXPECT_EQ(render({{.name = "a", .help = "A.", .samples = {}}}), "");
}

}  // namespace
}  // namespace relay::metrics
