// SPDX-License-Identifier: Apache-2.0
#include "book/http/reply.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace relay::book {
namespace {

TEST(Reply, is_the_value_and_a_newline) {
    const auto response = reply({{"id", "a"}});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "{\"id\":\"a\"}\n");
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(reply(nullptr, 404).body, "null\n");
}

TEST(Reply, a_refusal_of_a_handler_is_a_bare_string_and_a_newline) {
    const auto response = refusal(404, "none available");
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body, "\"none available\"\n");
}

TEST(Reply, a_refusal_before_the_handler_is_an_object_without_a_newline) {
    const auto response = framework_error(422, 602, "streams in body is required");
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(response.body, R"({"code":602,"message":"streams in body is required"})");
}

TEST(Reply, bytes_that_are_no_utf_8_are_replaced) {
    EXPECT_EQ(refusal(500, "\xff not found").body, "\"\xEF\xBF\xBD not found\"\n");
    EXPECT_EQ(framework_error(404, 404, "\xff").body,
              "{\"code\":404,\"message\":\"\xEF\xBF\xBD\"}");
}

TEST(Reply, an_error_is_told_by_its_status_and_detail) {
    const struct {
        Errc code;
        int status;
    } rows[] = {{Errc::invalid, 400},  {Errc::unauthorized, 401}, {Errc::not_found, 404},
                {Errc::conflict, 409}, {Errc::limit, 429},        {Errc::unavailable, 503},
                {Errc::internal, 500}};
    for (const auto& row : rows) {
        const auto response = error_reply({row.code, "why"});
        EXPECT_EQ(response.status, row.status);
        EXPECT_EQ(response.body, "\"why\"\n");
    }
}

TEST(Reply, who_may_come_again_is_told_when) {
    EXPECT_EQ(error_reply({Errc::unavailable, "the disk is full"}).fields["Retry-After"], "1");
    EXPECT_FALSE(error_reply({Errc::internal, ""}).fields.find("Retry-After"));
    EXPECT_EQ(refusal(401, "Token Not JWT").fields["WWW-Authenticate"], "Bearer");
}

}  // namespace
}  // namespace relay::book
