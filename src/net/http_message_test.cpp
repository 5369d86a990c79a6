// SPDX-License-Identifier: Apache-2.0
#include "net/http_message.hpp"

#include <gtest/gtest.h>

namespace relay::net {
namespace {

TEST(HttpMessage, FieldNamesCompareWithoutCase) {
    HttpFields fields;
    fields.add("Content-Type", "text/plain");
    fields.add("X", "1");
    fields.add("x", "2");
    EXPECT_EQ(fields["content-type"], "text/plain");
    EXPECT_EQ(fields["X"], "1");
    EXPECT_EQ(fields["missing"], "");
    EXPECT_FALSE(fields.find("missing"));
    fields.set("X", "3");
    EXPECT_EQ(fields["x"], "3");
}

TEST(HttpMessage, FindsATokenInALists) {
    HttpFields fields;
    fields.add("Connection", "keep-alive ,  Upgrade");
    EXPECT_TRUE(fields.has_token("connection", "upgrade"));
    EXPECT_TRUE(fields.has_token("connection", "keep-alive"));
    EXPECT_FALSE(fields.has_token("connection", "grade"));
    EXPECT_FALSE(fields.has_token("upgrade", "websocket"));
}

TEST(HttpMessage, AListMayBeSpreadOverSeveralLines) {
    HttpFields fields;
    fields.add("Via", " a ,\tb,, ");
    fields.add("X", "other");
    fields.add("via", "c");
    EXPECT_EQ(fields.elements("Via"), (std::vector<std::string_view>{"a", "b", "c"}));
    EXPECT_TRUE(fields.has_token("via", "C"));
    EXPECT_TRUE(fields.elements("missing").empty());
}

TEST(HttpMessage, ReadsPathAndQuery) {
    const HttpRequest request{.method = "GET", .target = "/a%20b?code=x%2Fy&empty&code=2&e%3Df=1"};
    EXPECT_EQ(request.path(), "/a%20b");
    EXPECT_EQ(request.query("code"), "x/y");
    EXPECT_EQ(request.query("empty"), "");
    EXPECT_EQ(request.query("e=f"), "1");
    EXPECT_EQ(request.query("cod"), std::nullopt);
    EXPECT_EQ(HttpRequest{.target = "?x=1"}.path(), "/");
}

TEST(HttpMessage, ErrorsAreJsonWhateverTheText) {
    EXPECT_EQ(error_response(401, "a \"b\" \\ \n").body,
              R"({"code":"401","message":"a \"b\" \\ \u000a"})");
}

TEST(HttpMessage, ErrorsStayUtf8WhateverTheText) {
    EXPECT_EQ(error_response(404, "caf\xc3\xa9").body,
              "{\"code\":\"404\",\"message\":\"caf\xc3\xa9\"}");
    EXPECT_EQ(error_response(404, "caf\xe9!").body, R"({"code":"404","message":"caf?!"})");
}

TEST(HttpMessage, RefusesMalformedEscapes) {
    EXPECT_EQ(unescape("a%41%62"), "aAb");
    EXPECT_EQ(unescape("a+b"), "a+b");
    for (const char* bad : {"%", "%4", "%4g", "%zz", "abc%"}) EXPECT_FALSE(unescape(bad)) << bad;
}

}  // namespace
}  // namespace relay::net
