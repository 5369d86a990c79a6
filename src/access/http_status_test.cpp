// SPDX-License-Identifier: Apache-2.0
#include "access/http_status.hpp"

#include <gtest/gtest.h>

namespace relay::access {
namespace {

TEST(HttpStatus, each_kind_of_failure_has_its_status) {
    EXPECT_EQ(http_status(Errc::invalid), 400);
    EXPECT_EQ(http_status(Errc::unauthorized), 401);
    EXPECT_EQ(http_status(Errc::forbidden), 403);
    EXPECT_EQ(http_status(Errc::not_found), 404);
    EXPECT_EQ(http_status(Errc::conflict), 409);
    EXPECT_EQ(http_status(Errc::limit), 429);
    EXPECT_EQ(http_status(Errc::unavailable), 503);
    EXPECT_EQ(http_status(Errc::internal), 500);
}

TEST(HttpStatus, an_answer_carries_status_and_detail) {
    const net::HttpResponse response = error_answer({Errc::invalid, "a \"reason\""});
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.body, R"({"code":"400","message":"a \"reason\""})");
    EXPECT_FALSE(response.fields.find("WWW-Authenticate"));
}

TEST(HttpStatus, a_401_names_the_scheme) {
    EXPECT_EQ(error_answer({Errc::unauthorized, "x"}).fields["WWW-Authenticate"], "Bearer");
}

}  // namespace
}  // namespace relay::access
