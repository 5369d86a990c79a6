// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.hpp"

#include "net/test_peer.hpp"

#include <gmock/gmock.h>

namespace relay::net {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class HttpClient : public testing::Test {
protected:
    Result<HttpResponse> ask(const Server& server, const std::string& body = "{}") {
        HttpFields fields;
        fields.add("Authorization", "a.b.c");
        return loop_.await(http_request(*parse_url(server.url("http", "/session/x?y=1")), "POST",
                                        fields, body, settings_, stop_.get_token()));
    }

    Server answering(std::string answer) {
        return Server(loop_.context(), [answer](tcp::socket& socket) -> awaitable<void> {
            co_await read_header(socket);
            co_await write_text(socket, answer);
        });
    }

    Loop loop_;
    HttpClientSettings settings_;
    std::stop_source stop_;
};

TEST_F(HttpClient, sends_a_request_that_servers_understand) {
    std::string request;
    Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        request = co_await read_header(socket);
        co_await write_text(socket, json_answer("200 OK", "[]"));
    });
    ASSERT_TRUE(ask(server, ""));
    EXPECT_THAT(request, StartsWith("POST /session/x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:"));
    EXPECT_EQ(field_of(request, "Authorization"), "a.b.c");
    EXPECT_EQ(field_of(request, "Content-Length"), "0");
    EXPECT_EQ(field_of(request, "Connection"), "close");
}

TEST_F(HttpClient, returns_status_fields_and_body_whatever_the_status) {
    const Server server = answering(json_answer("401 Unauthorized", R"({"message":"expired"})"));
    const auto response = ask(server);
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(response->status, 401);
    EXPECT_EQ(response->content_type, "application/json");
    EXPECT_EQ(response->body, R"({"message":"expired"})");
}

TEST_F(HttpClient, reads_an_answer_that_comes_byte_by_byte) {
    const Server server(loop_.context(), [](tcp::socket& socket) -> awaitable<void> {
        socket.set_option(tcp::no_delay(true));
        co_await read_header(socket);
        for (const char byte : json_answer("200 OK", "[1]"))
            co_await write_text(socket, std::string(1, byte));
    });
    EXPECT_EQ(ask(server)->body, "[1]");
}

TEST_F(HttpClient, reads_chunked_answers_and_those_that_end_with_the_connection) {
    const Server chunked = answering(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n");
    EXPECT_EQ(ask(chunked)->body, "[1,2]");
    const Server unbounded = answering("HTTP/1.1 200 OK\r\n\r\n[1,2]");
    EXPECT_EQ(ask(unbounded)->body, "[1,2]");
}

TEST_F(HttpClient, skips_interim_answers) {
    const Server server =
        answering("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + json_answer("200 OK", "[]"));
    EXPECT_EQ(ask(server)->status, 200);
}

TEST_F(HttpClient, does_not_take_a_cut_answer_for_a_whole_one) {
    for (const char* answer :
         {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1"}) {
        const Server server = answering(answer);
        const auto response = ask(server);
        ASSERT_FALSE(response) << answer;
        EXPECT_EQ(response.error().code, Errc::interrupted);
        EXPECT_THAT(response.error().detail, HasSubstr("closed the connection"));
    }
}

TEST_F(HttpClient, refuses_answers_that_are_not_http) {
    const Server server = answering("SSH-2.0-OpenSSH_9.2\r\n\r\n");
    const auto response = ask(server);
    ASSERT_FALSE(response);
    EXPECT_THAT(response.error().detail, HasSubstr("is not HTTP"));
}

TEST_F(HttpClient, limits_the_length_of_header_and_body) {
    settings_.body_limit = 100;
    const std::string long_text(20'000, 'x');
    for (const std::string& answer :
         {json_answer("200 OK", long_text), "HTTP/1.1 200 OK\r\n\r\n" + long_text,
          "HTTP/1.1 200 OK\r\nX: " + long_text + "\r\n\r\n"}) {
        const Server server = answering(answer);
        const auto response = ask(server);
        ASSERT_FALSE(response) << answer.substr(0, 40);
        EXPECT_EQ(response.error().code, Errc::limit);
    }
}

TEST_F(HttpClient, gives_up_on_a_server_that_never_answers) {
    settings_.timeout = 50ms;
    Server server(loop_.context(), read_to_end);
    const auto response = ask(server);
    ASSERT_FALSE(response);
    EXPECT_THAT(response.error().detail, HasSubstr("timed out"));
    EXPECT_THAT(response.error().detail, Not(HasSubstr("y=1"))) << "a query may hold a code";
}

TEST_F(HttpClient, ends_at_once_when_stopped) {
    Server server(loop_.context(), [&](tcp::socket& socket) -> awaitable<void> {
        co_await read_header(socket);
        stop_.request_stop();
        co_await read_to_end(socket);
    });
    const auto response = ask(server);
    ASSERT_FALSE(response);
    EXPECT_THAT(response.error().detail, HasSubstr("stopped"));

    const auto never_begun = ask(server);
    ASSERT_FALSE(never_begun);
    EXPECT_THAT(never_begun.error().detail, HasSubstr("stopped"));
}

TEST_F(HttpClient, reports_a_port_that_nobody_listens_on) {
    Server server(loop_.context(), read_to_end);
    const std::string url = server.url("http");
    server.close();
    const auto response = loop_.await(http_request(*parse_url(url), "GET", {}, "", settings_));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::interrupted);
    EXPECT_THAT(response.error().detail, HasSubstr("Connection refused"));
}

TEST(HttpRequestText, refuses_what_would_smuggle_further_fields_or_requests) {
    const Url url = *parse_url("http://a.test/x");
    HttpFields fields;
    fields.add("Authorization", "token\r\nX-Evil: 1");
    const auto text = request_text(url, "POST", fields, "");
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, Errc::invalid);
    EXPECT_THAT(text.error().detail, Not(HasSubstr("token")));
    EXPECT_FALSE(request_text(url, "GET / HTTP/1.1\r\n", {}, ""));
    EXPECT_FALSE(request_text(url, "", {}, ""));
}

}  // namespace
}  // namespace relay::net
