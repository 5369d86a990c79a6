// SPDX-License-Identifier: Apache-2.0
#include "book/http/endpoint_table.hpp"

#include "book/http/reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relay::book {
namespace {

using testing::ElementsAre;

Endpoint endpoint(std::string method, std::string pattern) {
    return {.method = std::move(method),
            .pattern = std::move(pattern),
            .answer = Immediate([](const Call&) { return reply(nullptr); })};
}

EndpointTable table(std::string base_path = "/ed0/book") {
    std::vector<Endpoint> api, root;
    api.push_back(endpoint("GET", "/pools"));
    api.push_back(endpoint("POST", "/pools"));
    api.push_back(endpoint("GET", "/pools/{pool_id}"));
    root.push_back(endpoint("GET", "/healthz"));
    return {std::move(api), std::move(root), std::move(base_path)};
}

net::HttpRequest request(std::string method, std::string target) {
    return {.method = std::move(method), .target = std::move(target)};
}

TEST(EndpointTable, serves_the_api_below_each_mount_with_and_without_the_base_path) {
    const EndpointTable endpoints = table();
    for (const std::string mount :
         {"/api/v1", "/instant/api/v1", "/ed0/book/api/v1", "/ed0/book/instant/api/v1"}) {
        for (const std::string end : {"", "/", "?name=x", "/?name=x"}) {
            const auto found = endpoints.find(request("POST", mount + "/pools" + end));
            ASSERT_TRUE(found) << mount << end;
            EXPECT_EQ(found->endpoint->method, "POST");
        }
    }
}

TEST(EndpointTable, an_audience_may_end_like_a_mount) {
    const EndpointTable endpoints = table("/api/v1");
    EXPECT_TRUE(endpoints.find(request("GET", "/api/v1/pools")));
    EXPECT_TRUE(endpoints.find(request("GET", "/api/v1/api/v1/pools")));
}

TEST(EndpointTable, unescapes_what_stands_in_the_path) {
    const EndpointTable endpoints = table();
    const auto found = endpoints.find(request("GET", "/api/v1/pools/a%2Fb%20c"));
    ASSERT_TRUE(found);
    EXPECT_THAT(found->parameters, ElementsAre("a/b c"));
}

TEST(EndpointTable, serves_the_root_beside_the_api) {
    const EndpointTable endpoints = table();
    EXPECT_TRUE(endpoints.find(request("GET", "/healthz")));
    EXPECT_TRUE(endpoints.find(request("GET", "/ed0/book/healthz/")));
    EXPECT_FALSE(endpoints.find(request("GET", "/api/v1/healthz")));
    EXPECT_FALSE(endpoints.find(request("GET", "/pools")));
}

TEST(EndpointTable, several_slashes_count_as_one) {
    const EndpointTable endpoints = table();
    for (const std::string path : {"//api/v1/pools", "/ed0/book//api//v1///pools//"}) {
        EXPECT_TRUE(endpoints.find(request("GET", path + "?name=//"))) << path;
        EXPECT_EQ(endpoints.methods_of(path), "GET, POST");
    }
    EXPECT_TRUE(endpoints.find(request("GET", "//healthz")));
    const auto pool = endpoints.find(request("GET", "/api/v1/pools//p1"));
    ASSERT_TRUE(pool);
    EXPECT_THAT(pool->parameters, ElementsAre("p1"));
}

TEST(EndpointTable, an_unknown_path_is_404) {
    const EndpointTable endpoints = table();
    for (const std::string path : {"/", "/api/v1", "/api/v2/pools", "/api/v1/pools/a/b",
                                   "/api/v1pools", "/api/v1/x/../pools", "/api/v1/./pools"}) {
        const auto found = endpoints.find(request("GET", path + "?q=1"));
        ASSERT_FALSE(found) << path;
        EXPECT_EQ(found.error().status, 404);
        EXPECT_EQ(found.error().body,
                  R"({"code":404,"message":"path )" + path + R"( was not found"})");
    }
}

TEST(EndpointTable, a_wrong_method_is_405_with_those_that_are_right) {
    const EndpointTable endpoints = table();
    const auto found = endpoints.find(request("DELETE", "/api/v1/pools"));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().status, 405);
    EXPECT_EQ(found.error().fields["Allow"], "GET, POST");
    EXPECT_EQ(found.error().body,
              R"({"code":405,"message":"method DELETE is not allowed, but [GET,POST] are"})");
}

TEST(EndpointTable, tells_the_methods_of_a_path) {
    const EndpointTable endpoints = table();
    EXPECT_EQ(endpoints.methods_of("/api/v1/pools/"), "GET, POST");
    EXPECT_EQ(endpoints.methods_of("/healthz"), "GET");
    EXPECT_EQ(endpoints.methods_of("/nothing"), "");
}

}  // namespace
}  // namespace relay::book
