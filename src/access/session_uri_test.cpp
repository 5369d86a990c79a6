// SPDX-License-Identifier: Apache-2.0
#include "access/session_uri.hpp"

#include <gtest/gtest.h>

namespace relay::access {
namespace {

TEST(SessionUri, joins_address_prefix_topic_and_code) {
    EXPECT_EQ(session_uri("wss://x.io/ed0/relay", "session", "spin30-data", "c1"),
              "wss://x.io/ed0/relay/session/spin30-data?code=c1");
    EXPECT_EQ(session_uri("wss://x.io/", "session", "a", "c1"), "wss://x.io/session/a?code=c1");
}

TEST(SessionUri, a_slash_in_the_topic_stays) {
    EXPECT_EQ(session_uri("ws://h:1", "session", "spin30/data", "c"),
              "ws://h:1/session/spin30/data?code=c");
}

TEST(SessionUri, escapes_what_would_end_or_change_the_path) {
    EXPECT_EQ(session_uri("ws://h", "session", "a b?c#d%e\"<>\\^`{|}", "c"),
              "ws://h/session/a%20b%3Fc%23d%25e%22%3C%3E%5C%5E%60%7B%7C%7D?code=c");
    EXPECT_EQ(session_uri("ws://h", "session", "\xc3\xa9\n", "c"),
              "ws://h/session/%C3%A9%0A?code=c");
    EXPECT_EQ(session_uri("ws://h", "session", "-._~!$&'()*+,;=:@", "c"),
              "ws://h/session/-._~!$&'()*+,;=:@?code=c");
}

}  // namespace
}  // namespace relay::access
