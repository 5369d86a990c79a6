// SPDX-License-Identifier: Apache-2.0
#include "demo/booking_proxy.hpp"

#include <gtest/gtest.h>

namespace relay::demo {
namespace {

net::HttpRequest to(std::string target) {
    net::HttpRequest request;
    request.method = "GET";
    request.target = std::move(target);
    return request;
}

TEST(BookingProxy, TakesTheApiAndItsDescriptionAndNothingElse) {
    for (const char* target :
         {"/api/v1/login", "/api/v1/pools/x/sessions?duration=60", "/openapi.json"})
        EXPECT_TRUE(is_for_bookings(to(target))) << target;
    for (const char* target : {"/", "/api", "/view/", "/session/x", "/tokens/everyone",
                               "/apis/v1/login", "/openapi.json/x"})
        EXPECT_FALSE(is_for_bookings(to(target))) << target;
}

TEST(ReplaceAddress, TouchesAddressesThatAPathFollows) {
    constexpr auto ours = "http://127.0.0.1:80";
    EXPECT_EQ(replace_address(R"({"url":"http://127.0.0.1:80/a","x":"http://127.0.0.1:80/b"})",
                              ours, "http://lab:8080"),
              R"({"url":"http://lab:8080/a","x":"http://lab:8080/b"})");
    EXPECT_EQ(replace_address(R"({"audience":"http://127.0.0.1:80"})", ours, "http://lab"),
              R"({"audience":"http://127.0.0.1:80"})");
    EXPECT_EQ(replace_address("http://127.0.0.1:8080/", ours, "http://lab"),
              "http://127.0.0.1:8080/");
    EXPECT_EQ(replace_address("http://127.0.0.1:80/x", ours, ours), "http://127.0.0.1:80/x");
    EXPECT_EQ(replace_address("", ours, "http://lab"), "");
}

}  // namespace
}  // namespace relay::demo
