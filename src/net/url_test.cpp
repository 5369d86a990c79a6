// SPDX-License-Identifier: Apache-2.0
#include "net/url.hpp"

#include <gmock/gmock.h>

namespace relay::net {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Url, takes_an_address_with_port_path_and_query_apart) {
    const auto url = parse_url("wss://relay.example.org:8083/session/pend00?code=a-b&x=%20");
    ASSERT_TRUE(url) << url.error().detail;
    EXPECT_EQ(url->scheme, "wss");
    EXPECT_EQ(url->host, "relay.example.org");
    EXPECT_EQ(url->port, 8083);
    EXPECT_EQ(url->target, "/session/pend00?code=a-b&x=%20");
    EXPECT_EQ(url->host_field(), "relay.example.org:8083");
    EXPECT_TRUE(url->is_secure());
    EXPECT_TRUE(url->is_websocket());
}

TEST(Url, fills_in_the_default_port_and_leaves_it_out_of_the_host_field) {
    struct Case {
        const char* text;
        std::uint16_t port;
        bool secure, websocket;
    };
    for (const Case& example :
         {Case{"http://a.test/x", 80, false, false}, Case{"https://a.test/x", 443, true, false},
          Case{"ws://a.test/x", 80, false, true}, Case{"wss://a.test/x", 443, true, true},
          Case{"ws://a.test:/x", 80, false, true}, Case{"wss://a.test:443/x", 443, true, true}}) {
        const auto url = parse_url(example.text);
        ASSERT_TRUE(url) << example.text;
        EXPECT_EQ(url->port, example.port) << example.text;
        EXPECT_EQ(url->host_field(), "a.test") << example.text;
        EXPECT_EQ(url->is_secure(), example.secure) << example.text;
        EXPECT_EQ(url->is_websocket(), example.websocket) << example.text;
    }
}

TEST(Url, asks_for_the_root_when_there_is_no_path) {
    EXPECT_EQ(parse_url("http://a.test")->target, "/");
    EXPECT_EQ(parse_url("http://a.test?code=1")->target, "/?code=1");
}

TEST(Url, drops_the_fragment_and_lowers_the_scheme) {
    const auto url = parse_url("HTTP://a.test/x?y=1#part");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->scheme, "http");
    EXPECT_EQ(url->target, "/x?y=1");
}

TEST(Url, reads_ip_addresses) {
    EXPECT_EQ(parse_url("ws://127.0.0.1:8888/ws/data")->host, "127.0.0.1");
    const auto url = parse_url("ws://[::1]:8888/ws/data");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->host, "::1");
    EXPECT_EQ(url->host_field(), "[::1]:8888");
}

TEST(Url, refuses_what_a_client_cannot_or_should_not_dial) {
    for (const char* text :
         {"", "relay.example.org", "/session/x", "ftp://a.test/", "file:///etc/passwd", "ws:///x",
          "ws://a.test:0/", "ws://a.test:65536/", "ws://a.test:99999/", "ws://a.test:12x/",
          "ws:a.test/x", "http://a.test/with blank", "http://a.test/\r\nHost: b",
          "http://a%0d%0ab/x", "ws://[::1/x", "http://user@a.test/",
          "http://user:password@a.test/"})
        EXPECT_FALSE(parse_url(text)) << text;
}

TEST(Url, keeps_credentials_and_codes_out_of_texts_for_people) {
    const auto refused = parse_url("https://user:hunter2@a.test/");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail, Not(HasSubstr("hunter2")));
    EXPECT_EQ(parse_url("wss://a.test:9/session/x?code=secret")->without_query(),
              "wss://a.test:9/session/x");
}

}  // namespace
}  // namespace relay::net
