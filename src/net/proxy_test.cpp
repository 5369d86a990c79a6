// SPDX-License-Identifier: Apache-2.0
#include "net/proxy.hpp"

#include <gmock/gmock.h>

#include <string>

namespace relay::net {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string error_of(const char* address) {
    const auto proxy = parse_proxy(Secret(address));
    return proxy ? "accepted" : proxy.error().detail;
}

bool by_proxy(const char* url, const char* no_proxy) {
    const ProxySettings settings{.all = Secret("p.test:1"), .no_proxy = no_proxy};
    return choose_proxy(parse_url(url).value(), settings).value().has_value();
}

TEST(ParseProxy, takes_an_address_with_or_without_scheme_and_path) {
    for (const char* text : {"http://p.test:3128", "p.test:3128", "HTTP://p.test:3128/",
                             "http://p.test:3128/path/x"}) {
        const auto proxy = parse_proxy(Secret(text));
        ASSERT_TRUE(proxy) << text << ": " << proxy.error().detail;
        EXPECT_EQ(proxy->address.host_field(), "p.test:3128") << text;
        EXPECT_TRUE(proxy->authorization.empty()) << text;
    }
    EXPECT_EQ(parse_proxy(Secret("http://p.test"))->address.port, 80);
    EXPECT_EQ(parse_proxy(Secret("[::1]:3128"))->address.host, "::1");
}

TEST(ParseProxy, makes_the_authorization_of_user_and_password) {
    EXPECT_EQ(parse_proxy(Secret("http://Aladdin:open%20sesame@p.test"))->authorization.reveal(),
              "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        << "the example of RFC 7617";
    EXPECT_EQ(parse_proxy(Secret("user:p@ss/word@p.test:1"))->authorization.reveal(),
              "Basic dXNlcjpwQHNzL3dvcmQ=");
    EXPECT_EQ(parse_proxy(Secret("user@p.test:1"))->authorization.reveal(), "Basic dXNlcjo=");
}

TEST(ParseProxy, refuses_what_it_cannot_use_without_repeating_it) {
    EXPECT_THAT(error_of("https://secret.test"), HasSubstr("http://"));
    EXPECT_THAT(error_of("socks5://secret.test"), HasSubstr("http://"));
    EXPECT_THAT(error_of("http://u:%zz@secret.test"), HasSubstr("%-escape"));
    for (const char* text :
         {"http://", "u:p@", "secret.test:99999", "secret.test:x", "secret test"})
        EXPECT_THAT(error_of(text), HasSubstr("address")) << text;
    for (const char* text : {"https://secret.test", "http://u:%zz@secret.test", "secret test"})
        EXPECT_THAT(error_of(text), Not(HasSubstr("secret"))) << text;
}

TEST(ChooseProxy, takes_the_one_for_the_urls_scheme) {
    ProxySettings settings{.http = Secret("plain.test:1"),
                           .https = Secret("secure.test:2"),
                           .all = Secret("other.test")};
    const auto chosen = [&](const char* url) {
        return choose_proxy(parse_url(url).value(), settings).value().value().address.host;
    };
    EXPECT_EQ(chosen("http://a.test/"), "plain.test");
    EXPECT_EQ(chosen("ws://a.test/"), "plain.test");
    EXPECT_EQ(chosen("https://a.test/"), "secure.test");
    EXPECT_EQ(chosen("wss://a.test/"), "secure.test");
    settings.https = Secret();
    EXPECT_EQ(chosen("http://a.test/"), "plain.test");
    EXPECT_EQ(chosen("https://a.test/"), "other.test");
}

TEST(ChooseProxy, takes_none_when_none_is_set) {
    EXPECT_EQ(choose_proxy(parse_url("http://a.test/").value(), {}).value(), std::nullopt);
    const ProxySettings only_secure{.https = Secret("p.test")};
    EXPECT_EQ(choose_proxy(parse_url("http://a.test/").value(), only_secure).value(), std::nullopt);
}

TEST(ChooseProxy, says_when_the_proxy_cannot_be_used) {
    const ProxySettings settings{.http = Secret("socks5://p.test")};
    EXPECT_EQ(choose_proxy(parse_url("http://a.test/").value(), settings).error().code,
              Errc::invalid);
}

TEST(ChooseProxy, never_takes_one_for_this_machine_itself) {
    for (const char* url : {"http://localhost/", "http://LOCALHOST:8/", "http://x.localhost/",
                            "ws://127.0.0.1:8888/", "ws://127.8.9.10/", "wss://[::1]/"})
        EXPECT_FALSE(by_proxy(url, "")) << url;
    EXPECT_TRUE(by_proxy("http://localhost.test/", ""));
    EXPECT_TRUE(by_proxy("http://128.0.0.1/", ""));
}

struct Rule {
    const char* no_proxy;
    const char* url;
    bool by_proxy;
};

class NoProxy : public testing::TestWithParam<Rule> {};

TEST_P(NoProxy, decides_as_gos_net_http_does) {
    EXPECT_EQ(by_proxy(GetParam().url, GetParam().no_proxy), GetParam().by_proxy)
        << GetParam().no_proxy << " and " << GetParam().url;
}

INSTANTIATE_TEST_SUITE_P(
    Rules, NoProxy,
    testing::Values(
        Rule{"", "http://a.test/", true}, Rule{"*", "http://a.test/", false},
        Rule{"*", "http://10.0.0.1/", false}, Rule{"a.test", "http://a.test/", false},
        Rule{"a.test", "http://A.Test/", false}, Rule{"A.TEST", "http://a.test/", false},
        Rule{"a.test", "http://b.a.test/", false}, Rule{"a.test", "http://ba.test/", true},
        Rule{"a.test", "http://a.test.b/", true}, Rule{".a.test", "http://b.a.test/", false},
        Rule{".a.test", "http://a.test/", true}, Rule{"*.a.test", "http://b.a.test/", false},
        Rule{"*.a.test", "http://a.test/", true}, Rule{"*.a.test:80", "http://b.a.test/", false},
        Rule{"b.test,a.test", "http://a.test/", false},
        Rule{" b.test ,\ta.test ", "http://a.test/", false},
        Rule{"b.test a.test", "http://a.test/", false}, Rule{"a.test:80", "http://a.test/", false},
        Rule{"a.test:80", "https://a.test/", true}, Rule{"a.test:443", "wss://a.test/", false},
        Rule{"a.test:x", "http://a.test/", true}, Rule{"*:80", "http://a.test/", false},
        Rule{"10.0.0.1", "http://10.0.0.1/", false}, Rule{"10.0.0.1", "http://10.0.0.11/", true},
        Rule{"10.0.0.1:8080", "http://10.0.0.1:8080/", false},
        Rule{"10.0.0.1:8080", "http://10.0.0.1:8081/", true},
        Rule{"10.0.0.0/8", "http://10.200.1.1/", false},
        Rule{"10.0.0.0/8", "http://11.0.0.1/", true}, Rule{"10.0.0.0/8", "http://a.test/", true},
        Rule{"10.0.0.0/99", "http://10.0.0.1/", true}, Rule{"0.0.1", "http://10.0.0.1/", true},
        Rule{"fe80::1", "http://[fe80::1]/", false}, Rule{"[fe80::1]", "http://[fe80::1]/", false},
        Rule{"[fe80::1]:80", "http://[fe80::1]/", false},
        Rule{"[fe80::1]:81", "http://[fe80::1]/", true},
        Rule{"fe80::/16", "http://[fe80::99]/", false},
        Rule{"fe80::/16", "http://[fe81::99]/", true},
        Rule{"10.0.0.0/8", "http://[fe80::1]/", true}, Rule{",,", "http://a.test/", true}));

}  // namespace
}  // namespace relay::net
