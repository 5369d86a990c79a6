// SPDX-License-Identifier: Apache-2.0
#include "access/cors.hpp"

#include <gtest/gtest.h>

namespace relay::access {
namespace {

net::HttpRequest request_from(const char* origin) {
    net::HttpRequest request;
    if (origin) request.fields.add("Origin", origin);
    return request;
}

net::HttpResponse marked(const CrossOrigin& cross_origin, const char* origin) {
    net::HttpResponse response;
    cross_origin.mark(request_from(origin), response);
    return response;
}

TEST(CrossOrigin, a_star_permits_every_page) {
    const CrossOrigin any({"*"});
    EXPECT_EQ(marked(any, "https://a").fields["Access-Control-Allow-Origin"], "*");
    EXPECT_EQ(marked(any, nullptr).fields["Access-Control-Allow-Origin"], "*");
    EXPECT_FALSE(marked(any, "https://a").fields.find("Vary"));
}

TEST(CrossOrigin, a_list_echoes_its_members_and_varies) {
    const CrossOrigin list({"https://a", "http://localhost:8080"});
    EXPECT_EQ(marked(list, "http://localhost:8080").fields["Access-Control-Allow-Origin"],
              "http://localhost:8080");
    for (const char* origin : {"https://b", "https://a.evil", "http://a", "null", ""}) {
        const net::HttpResponse response = marked(list, origin);
        EXPECT_FALSE(response.fields.find("Access-Control-Allow-Origin")) << origin;
        EXPECT_EQ(response.fields["Vary"], "Origin") << origin;
    }
    EXPECT_EQ(marked(list, nullptr).fields["Vary"], "Origin");
}

TEST(CrossOrigin, an_empty_list_permits_no_page) {
    EXPECT_FALSE(marked(CrossOrigin({}), "https://a").fields.find("Access-Control-Allow-Origin"));
}

TEST(CrossOrigin, a_preflight_permits_the_token_header_and_the_methods) {
    const net::HttpResponse response =
        CrossOrigin({"https://a"}).preflight(request_from("https://a"), "GET, POST");
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(response.fields["Access-Control-Allow-Origin"], "https://a");
    EXPECT_EQ(response.fields["Access-Control-Allow-Methods"], "GET, POST");
    EXPECT_EQ(response.fields["Access-Control-Allow-Headers"], "Authorization, Content-Type");
    EXPECT_EQ(response.fields["Allow"], "GET, POST, OPTIONS");
}

TEST(CrossOrigin, a_preflight_from_elsewhere_permits_nothing) {
    const net::HttpResponse response =
        CrossOrigin({"https://a"}).preflight(request_from("https://b"), "POST");
    EXPECT_EQ(response.status, 204);
    EXPECT_FALSE(response.fields.find("Access-Control-Allow-Origin"));
    EXPECT_FALSE(response.fields.find("Access-Control-Allow-Methods"));
    EXPECT_EQ(response.fields["Vary"], "Origin");
}

}  // namespace
}  // namespace relay::access
