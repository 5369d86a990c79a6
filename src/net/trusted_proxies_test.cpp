// SPDX-License-Identifier: Apache-2.0
#include "net/trusted_proxies.hpp"

#include <gmock/gmock.h>

namespace relay::net {
namespace {

TrustedProxies trusted(std::vector<std::string> items) {
    auto proxies = TrustedProxies::parse(items);
    EXPECT_TRUE(proxies) << proxies.error().detail;
    return proxies.value_or(TrustedProxies());
}

// One line of X-Forwarded-For for each text.
std::string client(const TrustedProxies& proxies, std::string peer,
                   std::vector<std::string> lines = {}) {
    HttpFields fields;
    for (std::string& line : lines) fields.add("X-Forwarded-For", std::move(line));
    return proxies.client_of(std::move(peer), fields);
}

TEST(TrustedProxies, WithoutTheFieldTheClientIsThePeer) {
    const auto proxies = TrustedProxies::on_this_machine();
    EXPECT_EQ(client(proxies, "192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(client(proxies, "127.0.0.1"), "127.0.0.1");
    EXPECT_EQ(client(proxies, "unix", {"", " , "}), "unix");
    EXPECT_EQ(client(proxies, "fe80::1%2"), "fe80::1%2");
}

TEST(TrustedProxies, OnlyTheyAreBelieved) {
    const auto local = TrustedProxies::on_this_machine();
    for (const char* peer : {"127.0.0.1", "127.255.0.3", "::1", "unix"})
        EXPECT_EQ(client(local, peer, {"192.0.2.7"}), "192.0.2.7") << peer;
    for (const char* peer : {"192.0.2.1", "126.255.255.255", "128.0.0.0", "::2", "fe80::1%lo"})
        EXPECT_EQ(client(local, peer, {"192.0.2.7"}), peer);
    for (const char* peer : {"127.0.0.1", "::1", "unix"})
        EXPECT_EQ(client({}, peer, {"192.0.2.7"}), peer);
    EXPECT_EQ(client(trusted({"127.0.0.1"}), "unix", {"192.0.2.7"}), "unix");
    EXPECT_EQ(client(trusted({"fe80::/10"}), "fe80::1%2", {"192.0.2.7"}), "192.0.2.7");
}

TEST(TrustedProxies, TheClientIsTheLastWhoIsNoneOfThem) {
    const auto proxies = trusted({"127.0.0.1", "10.0.0.0/8"});
    EXPECT_EQ(client(proxies, "127.0.0.1", {"192.0.2.66, 192.0.2.7"}), "192.0.2.7");
    EXPECT_EQ(client(proxies, "127.0.0.1", {"192.0.2.66, 192.0.2.7, 10.1.2.3,10.0.0.9"}),
              "192.0.2.7");
    EXPECT_EQ(client(proxies, "127.0.0.1", {"10.0.0.8, 10.0.0.9"}), "10.0.0.8");
}

TEST(TrustedProxies, LinesOfTheFieldAreOneList) {
    EXPECT_EQ(client(trusted({"127.0.0.1"}), "127.0.0.1", {"192.0.2.66", "192.0.2.7"}),
              "192.0.2.7");
}

TEST(TrustedProxies, WhatIsNoAddressIsNotBelieved) {
    const auto proxies = trusted({"127.0.0.1", "10.0.0.0/8"});
    for (const char* text :
         {"unknown", "_hidden", "unix", "192.0.2.7 x", "1.2.3", "[]", "[", ":"}) {
        EXPECT_EQ(client(proxies, "127.0.0.1", {text}), "127.0.0.1") << text;
        EXPECT_EQ(client(proxies, "127.0.0.1", {"192.0.2.7", text, "10.0.0.9"}), "10.0.0.9")
            << text;
    }
}

TEST(TrustedProxies, AnAddressHasOneText) {
    const auto proxies = trusted({"127.0.0.1"});
    for (const char* text : {"192.0.2.7", "192.0.2.7:4711", "::ffff:192.0.2.7",
                             "[::FFFF:192.0.2.7]:4711", "[::ffff:c000:207]"})
        EXPECT_EQ(client(proxies, "127.0.0.1", {text}), "192.0.2.7") << text;
    for (const char* text : {"2001:DB8:0::7", "[2001:db8::7]", "[2001:db8::7]:80"})
        EXPECT_EQ(client(proxies, "127.0.0.1", {text}), "2001:db8::7") << text;
}

TEST(TrustedProxies, ANetworkIsToldByItsFirstBits) {
    struct Case {
        const char* item;
        const char* inside;
        const char* outside;
    };
    for (const Case& one : std::initializer_list<Case>{
             {"192.0.2.1", "192.0.2.1", "192.0.2.2"},
             {"192.0.2.128/25", "192.0.2.255", "192.0.2.127"},
             {"10.99.0.0/12", "10.111.255.255", "10.112.0.0"},  // what lies behind does not count
             {"0.0.0.0/0", "203.0.113.9", "2001:db8::1"},
             {"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"},
             {"::ffff:10.0.0.0/104", "10.255.0.1", "11.0.0.1"}}) {
        const auto proxies = trusted({one.item});
        EXPECT_EQ(client(proxies, one.inside, {"198.51.100.1"}), "198.51.100.1") << one.item;
        EXPECT_EQ(client(proxies, one.outside, {"198.51.100.1"}), one.outside) << one.item;
    }
    EXPECT_EQ(client(trusted({"::/0"}), "192.0.2.1", {"198.51.100.1"}), "198.51.100.1");
}

TEST(TrustedProxies, RefuseWhatIsNoNetwork) {
    for (const std::string item : {"", "proxy.example", "10.0.0.0/", "10.0.0.0/33", "::/129",
                                   "10.0.0.0/-1", "10.0.0.0/8x", "/8", "fe80::1%eth0", "UNIX"}) {
        const auto proxies = TrustedProxies::parse(std::vector{item});
        ASSERT_FALSE(proxies) << item;
        EXPECT_EQ(proxies.error().code, Errc::invalid);
        EXPECT_THAT(proxies.error().detail, testing::HasSubstr("10.0.0.0/8"));
    }
}

TEST(TrustedProxies, RememberHowTheyWereWritten) {
    EXPECT_THAT(trusted({"10.0.0.0/8", "unix"}).items(),
                testing::ElementsAre("10.0.0.0/8", "unix"));
    EXPECT_THAT(TrustedProxies().items(), testing::IsEmpty());
}

}  // namespace
}  // namespace relay::net
