// SPDX-License-Identifier: Apache-2.0
#include "host/control/control_guard.hpp"

#include <gmock/gmock.h>

namespace relay::host {
namespace {

net::HttpRequest request_with(std::string authorization) {
    net::HttpRequest request;
    if (!authorization.empty()) request.fields.add("Authorization", std::move(authorization));
    return request;
}

TEST(ControlGuard, FeedsAndHealthAreOpenToAll) {
    for (const char* path : {"/healthz", "/healthcheck", "/ts/video", "/ts/api", "/ws/data",
                             "/ws/stream/api", "/ws/api/x", "/ws/apiRule"})
        EXPECT_TRUE(is_open_to_all(path)) << path;
}

TEST(ControlGuard, EverythingElseNeedsTheToken) {
    for (const char* path :
         {"/", "/api", "/api/streams", "/api/destinations/all", "/status", "/metrics", "/unknown",
          "/healthz/x", "/ws/api", "/ws/%61pi", "/ws//api", "/ws/%2Fapi"})
        EXPECT_FALSE(is_open_to_all(path)) << path;
}

TEST(ControlGuard, NothingIsAskedForWhenThereIsNoToken) {
    EXPECT_FALSE(refuse_without(Secret(), request_with("")));
    EXPECT_FALSE(refuse_without(Secret(), request_with("Bearer x")));
}

TEST(ControlGuard, TheTokenAloneOpens) {
    const Secret token("let-me-in");
    for (const char* good :
         {"Bearer let-me-in", "bearer let-me-in", "Bearer  let-me-in", "let-me-in"})
        EXPECT_FALSE(refuse_without(token, request_with(good))) << good;
    for (const char* bad : {"", "Bearer", "Bearer ", "Bearer let-me-inn", "Bearer let-me-i",
                            "Bearer LET-ME-IN", "Basic let-me-in", "Bearer let-me-in x"}) {
        const auto refusal = refuse_without(token, request_with(bad));
        ASSERT_TRUE(refusal) << bad;
        EXPECT_EQ(refusal->status, 401);
        EXPECT_THAT(refusal->fields["WWW-Authenticate"], testing::StartsWith("Bearer"));
        EXPECT_THAT(refusal->body, testing::Not(testing::HasSubstr("let-me-in")));
    }
}

}  // namespace
}  // namespace relay::host
