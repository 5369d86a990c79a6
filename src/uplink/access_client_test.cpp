// SPDX-License-Identifier: Apache-2.0
#include "uplink/access_client.hpp"

#include "net/test_peer.hpp"

#include <gmock/gmock.h>

namespace relay::uplink {
namespace {

using namespace net::test;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class AccessClient : public testing::Test {
protected:
    Result<net::Url> ask(std::string status, std::string body) {
        const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
            request_ = co_await read_header(socket);
            co_await write_text(socket, json_answer(status, body));
        });
        return loop_.await(request_access(*net::parse_url(server.url("http", "/session/pend00")),
                                          Secret("aaa.bbb.ccc"), {}, {}));
    }
    std::string error_of(std::string status, std::string body) {
        const auto url = ask(std::move(status), std::move(body));
        return url ? "no error" : url.error().detail;
    }

    Loop loop_;
    std::string request_;
};

TEST_F(AccessClient, posts_the_token_and_reads_the_uri) {
    const auto url = ask("200 OK", R"({"uri":"wss://a.test/relay/session/pend00?code=1-2"})");
    ASSERT_TRUE(url) << url.error().detail;
    EXPECT_EQ(url->target, "/relay/session/pend00?code=1-2");
    EXPECT_THAT(request_, testing::StartsWith("POST /session/pend00 HTTP/1.1\r\n"));
    EXPECT_EQ(field_of(request_, "Authorization"), "aaa.bbb.ccc") << "without Bearer";
    EXPECT_EQ(field_of(request_, "Content-Type"), "application/json");
    EXPECT_EQ(field_of(request_, "Content-Length"), "2") << "the body {}";
}

TEST_F(AccessClient, reports_status_and_message_of_a_refusal) {
    const auto expired = ask("401 Unauthorized", R"({"code":"401","message":"token is expired"})");
    ASSERT_FALSE(expired);
    EXPECT_EQ(expired.error().code, Errc::unauthorized);
    EXPECT_EQ(expired.error().detail, "access refused with status 401: token is expired");
    EXPECT_EQ(error_of("401 Unauthorized", R"("Token Wrong Topic")"),
              "access refused with status 401: Token Wrong Topic");
    EXPECT_EQ(error_of("502 Bad Gateway", "<html>nginx</html>"), "access refused with status 502");
    EXPECT_EQ(error_of("307 Temporary Redirect", "{}"), "access refused with status 307");
}

TEST_F(AccessClient, gives_each_status_its_kind_of_error) {
    for (const auto& [status, code] : {std::pair{"400 Bad", Errc::invalid},
                                       {"403 Forbidden", Errc::forbidden},
                                       {"404 Not Found", Errc::not_found},
                                       {"409 Conflict", Errc::conflict},
                                       {"500 Internal", Errc::unavailable}})
        EXPECT_EQ(ask(status, "{}").error().code, code) << status;
}

TEST_F(AccessClient, tells_an_answer_from_none) {
    const Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        co_await read_header(socket);
        co_await write_text(socket, json_answer("503 Unavailable", R"({"message":"no host"})"));
    });
    const auto url = *net::parse_url(server.url("http", "/shell/spin30"));
    const auto refused = loop_.await(try_access(url, Secret("a.b.c"), {}, {}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, 503);
    EXPECT_THAT(refused.error().error.detail, HasSubstr("no host"));
    net::Url nobody = url;
    nobody.port = 1;
    const auto away = loop_.await(try_access(nobody, Secret("a.b.c"), {}, {}));
    ASSERT_FALSE(away);
    EXPECT_EQ(away.error().status, 0);
}

TEST_F(AccessClient, keeps_a_servers_message_short_and_printable) {
    EXPECT_EQ(error_of("400 Bad", R"({"message":"two\nlines\u0007"})"),
              "access refused with status 400: two lines ");
    std::string umlauts;
    for (int i = 0; i < 300; ++i) umlauts += "ü";
    const std::string text = error_of("400 Bad", "{\"message\":\"x" + umlauts + "\"}");
    EXPECT_LT(text.size(), 250u);
    EXPECT_THAT(text, EndsWith("ü...")) << "no half character";
}

TEST_F(AccessClient, does_not_trust_the_answers_shape) {
    EXPECT_THAT(error_of("200 OK", "{}"), HasSubstr("no uri"));
    EXPECT_THAT(error_of("200 OK", "[]"), HasSubstr("no uri"));
    EXPECT_THAT(error_of("200 OK", "not json"), HasSubstr("no uri"));
    EXPECT_THAT(error_of("200 OK", R"({"uri":7})"), HasSubstr("no uri"));
    const std::string elsewhere = error_of("200 OK", R"({"uri":"file:///x?code=secret"})");
    EXPECT_THAT(elsewhere, HasSubstr("not a WebSocket address"));
    EXPECT_THAT(elsewhere, Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace relay::uplink
