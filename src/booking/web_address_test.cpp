// SPDX-License-Identifier: Apache-2.0
#include "booking/web_address_detail.hpp"

#include <gtest/gtest.h>

namespace relay::booking {
namespace {

TEST(WebAddress, AbsoluteAddressesAreGood) {
    for (const char* text :
         {"https://relay.example", "http://relay.example/", "HTTPS://Relay.Example/access?x=1#y",
          "http://127.0.0.1:3000/session/a", "http://[::1]:65535/", "https://[2001:db8::1]",
          "https://relay.example?x", "http://h/%7B%7D"})
        EXPECT_TRUE(is_web_address(text)) << text;
}

TEST(WebAddress, OthersAreNot) {
    for (const char* text : {"",
                             "relay.example",
                             "/session/a",
                             "//relay.example",
                             "ws://relay.example",
                             "http:/h",
                             "http://",
                             "https:///x",
                             "https://:80",
                             "https://h:",
                             "https://h:0",
                             "https://h:65536",
                             "https://h:8x",
                             "https://user@h",
                             "https://user:secret@h/",
                             "https://h h",
                             "https://h/ ",
                             "https://h/{{streams}}",
                             "https://h/\n",
                             "https://h\xC3\xA4",
                             "http://[::1",
                             "http://[]",
                             "http://[::1]x",
                             "http://::1]",
                             "httpsx://h",
                             "http"})
        EXPECT_FALSE(is_web_address(text)) << text;
}

}  // namespace
}  // namespace relay::booking
