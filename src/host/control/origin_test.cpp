// SPDX-License-Identifier: Apache-2.0
#include "host/control/origin.hpp"

#include <gtest/gtest.h>

#include <string>

namespace relay::host {
namespace {

net::HttpRequest request(const std::string& origin, const std::string& host) {
    net::HttpRequest result;
    if (!origin.empty()) result.fields.add("Origin", origin);
    result.fields.add("Host", host);
    return result;
}

TEST(Origin, ProgramsAreNotForeign) {
    EXPECT_FALSE(is_foreign(request("", "localhost:8888")));
}

TEST(Origin, PagesOfThisComputerAreNotForeign) {
    EXPECT_FALSE(is_foreign(request("http://localhost:3000", "localhost:8888")));
    EXPECT_FALSE(is_foreign(request("http://127.0.0.1:8888", "127.0.0.1:8888")));
    EXPECT_FALSE(is_foreign(request("http://[::1]:5173", "localhost:8888")));
}

TEST(Origin, PagesOfThisAddressAreNotForeign) {
    EXPECT_FALSE(is_foreign(request("http://192.168.7.2:8888", "192.168.7.2:8888")));
    EXPECT_TRUE(is_foreign(request("http://192.168.7.3:8888", "192.168.7.2:8888")));
}

// spec: session-host §8 defect 15
TEST(Origin, PagesFromElsewhereAreForeign) {
    EXPECT_TRUE(is_foreign(request("https://example.org", "localhost:8888")));
    EXPECT_TRUE(is_foreign(request("null", "localhost:8888")));
    EXPECT_TRUE(is_foreign(request("http://localhost.example.org", "localhost:8888")));
    EXPECT_TRUE(is_foreign(request("garbage", "garbage")));
}

TEST(Origin, NameThatWasPointedHereIsForeign) {
    EXPECT_TRUE(is_foreign(request("http://rebound.example:8888", "rebound.example:8888")));
}

TEST(Origin, CrossSiteRequestWithoutOriginIsForeign) {
    net::HttpRequest image = request("", "localhost:8888");
    image.fields.add("Sec-Fetch-Site", "cross-site");
    EXPECT_TRUE(is_foreign(image));
}

TEST(Origin, NamesThatAnybodyMayPointHereAreForeignNames) {
    for (const char* host : {"rebound.example:8888", "rebound.example", "127.0.0.1.example:80",
                             "localhost.example", "localhost.:8888", "a b"})
        EXPECT_TRUE(has_foreign_name(request("", host))) << host;
    for (const char* host : {"localhost:8888", "LOCALHOST", "app.localhost:8888", "lab-pc:8888",
                             "127.0.0.1:8888", "127.0.0.1", "[::1]:8888", "192.168.7.2:8888", ""})
        EXPECT_FALSE(has_foreign_name(request("", host))) << host;
    EXPECT_FALSE(has_foreign_name({})) << "HTTP/1.0";
}

TEST(Origin, OnlyLoopbackAddressesAreForThisComputerAlone) {
    for (const char* listen : {"127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1"})
        EXPECT_TRUE(is_loopback(listen)) << listen;
    for (const char* listen : {"0.0.0.0", "::", "192.168.7.2", "unix:/run/host.sock"})
        EXPECT_FALSE(is_loopback(listen)) << listen;
}

}  // namespace
}  // namespace relay::host
