// SPDX-License-Identifier: Apache-2.0
#include "book/http/query.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace relay::book {
namespace {

net::HttpRequest asking(std::string query) {
    return {.method = "GET", .target = "/pools?" + std::move(query)};
}

TEST(Query, an_empty_parameter_counts_as_absent) {
    EXPECT_EQ(query_text(asking("name=a%20b"), "name"), "a b");
    EXPECT_FALSE(query_text(asking("name="), "name"));
    EXPECT_FALSE(query_text(asking("other=1"), "name"));
    EXPECT_EQ(query_integer(asking("duration="), "duration"), std::nullopt);
}

TEST(Query, whole_numbers_of_64_bits_are_read) {
    const struct {
        std::string_view text;
        std::int64_t value;
    } rows[] = {{"0", 0},
                {"-5", -5},
                {"9223372036854775807", std::numeric_limits<std::int64_t>::max()},
                {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()}};
    for (const auto& row : rows) {
        EXPECT_EQ(query_integer(asking("duration=" + std::string(row.text)), "duration"),
                  row.value);
    }
}

TEST(Query, another_type_is_told_by_code_601) {
    for (const std::string text : {"x", "1.5", "5s", "9223372036854775808", "0x10", "--1"}) {
        const auto value = query_integer(asking("duration=" + text), "duration");
        ASSERT_FALSE(value) << text;
        EXPECT_EQ(value.error().status, 422);
        EXPECT_EQ(value.error().body,
                  R"({"code":601,"message":"duration in query must be of type int64: \")" + text +
                      R"(\""})");
    }
}

TEST(Query, flags_are_true_by_any_of_the_words_of_the_reference) {
    for (const std::string text : {"true", "True", "1", "yes", "on", "t", "y", "enabled"})
        EXPECT_EQ(query_flag(asking("exact=" + text), "exact"), true) << text;
    for (const std::string text : {"false", "0", "no", "maybe"})
        EXPECT_EQ(query_flag(asking("exact=" + text), "exact"), false) << text;
    EXPECT_EQ(query_flag(asking(""), "exact"), std::nullopt);
}

Call calling(std::string query) {
    return {.request = asking(std::move(query))};
}

TEST(Query, a_missing_parameter_is_told_by_code_602) {
    constexpr auto missing = R"({"code":602,"message":"duration in query is required"})";
    EXPECT_EQ(require_query("duration")(calling("duration="))->body, missing);
    EXPECT_FALSE(require_query("duration")(calling("duration=x")));
    const Check required = check_integer_query("duration", Needed::required);
    EXPECT_EQ(required(calling("x=1"))->body, missing);
    EXPECT_EQ(required(calling("duration=x"))->status, 422);
    EXPECT_FALSE(required(calling("duration=1")));
    const Check optional = check_integer_query("duration", Needed::optional);
    EXPECT_FALSE(optional(calling("")));
    EXPECT_EQ(optional(calling("duration=x"))->status, 422);
}

}  // namespace
}  // namespace relay::book
