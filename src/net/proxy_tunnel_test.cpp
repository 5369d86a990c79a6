// SPDX-License-Identifier: Apache-2.0
#include "net/byte_stream.hpp"
#include "net/http_client.hpp"
#include "net/test_peer.hpp"
#include "net/websocket_client.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <gmock/gmock.h>

#include <array>
#include <vector>

// Clients behind a proxy that knows where `relay.test` is; they do not.
namespace relay::net {
namespace {

using namespace test;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

awaitable<void> copy(tcp::socket& from, tcp::socket& to) {
    for (std::array<char, 4096> bytes;;) {
        const auto [error, size] = co_await from.async_read_some(asio::buffer(bytes), tuple_await);
        if (error) break;
        co_await asio::async_write(to, asio::buffer(bytes, size), asio::use_awaitable);
    }
    boost::system::error_code ignored;
    to.shutdown(tcp::socket::shutdown_send, ignored);
}

class ProxyTunnel : public testing::Test {
protected:
    // Leads every tunnel to one server.
    Server proxy_to(const Server& server) {
        return Server(
            loop_.context(), [this, port = server.port()](tcp::socket& client) -> awaitable<void> {
                using namespace asio::experimental::awaitable_operators;
                requests_.push_back(co_await read_header(client));
                tcp::socket far(client.get_executor());
                co_await far.async_connect({asio::ip::address_v4::loopback(), port},
                                           asio::use_awaitable);
                co_await write_text(client, "HTTP/1.1 200 Connection established\r\n\r\n");
                co_await (copy(client, far) && copy(far, client));
            });
    }

    Server answering(std::string answer) {
        return Server(loop_.context(), [this, answer](tcp::socket& socket) -> awaitable<void> {
            requests_.push_back(co_await read_header(socket));
            co_await write_text(socket, answer);
            co_await read_to_end(socket);
        });
    }

    void use(const Server& proxy, const std::string& credentials = "") {
        const std::string address =
            "http://" + credentials + "127.0.0.1:" + std::to_string(proxy.port());
        settings_.proxy = {.all = Secret(address)};
    }

    Result<HttpResponse> ask(const char* url) {
        HttpClientSettings settings;
        settings.connect = settings_;
        settings.timeout = settings_.timeout;
        return loop_.await(http_request(*parse_url(url), "GET", {}, "", settings));
    }

    Loop loop_;
    ConnectSettings settings_;
    std::vector<std::string> requests_;
};

TEST_F(ProxyTunnel, leads_a_request_to_a_host_that_only_the_proxy_knows) {
    const Server server = answering(json_answer("200 OK", "[1]"));
    const Server proxy = proxy_to(server);
    use(proxy);
    const auto answer = ask("http://relay.test/status");
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->body, "[1]");
    ASSERT_EQ(requests_.size(), 2u);
    EXPECT_THAT(requests_[0], StartsWith("CONNECT relay.test:80 HTTP/1.1\r\n"));
    EXPECT_EQ(field_of(requests_[0], "Host"), "relay.test:80");
    EXPECT_THAT(requests_[0], Not(HasSubstr("Authorization")));
    EXPECT_THAT(requests_[1], StartsWith("GET /status HTTP/1.1\r\n"));
    EXPECT_EQ(field_of(requests_[1], "Host"), "relay.test");
}

TEST_F(ProxyTunnel, leads_a_websocket_through) {
    const Server server(loop_.context(), [](tcp::socket& socket) -> awaitable<void> {
        const std::string header = co_await read_header(socket);
        co_await write_text(socket, upgrade_answer(header));
        co_await read_to_end(socket);
    });
    const Server proxy = proxy_to(server);
    use(proxy);
    WebSocketSettings settings;
    settings.connect = settings_;
    const auto client =
        loop_.await(WebSocketClient::connect(*parse_url("ws://relay.test:8083/x"), settings, {}));
    EXPECT_TRUE(client) << client.error().error.detail;
    EXPECT_THAT(requests_.front(), StartsWith("CONNECT relay.test:8083 HTTP/1.1\r\n"));
}

TEST_F(ProxyTunnel, shows_the_proxy_its_credentials_and_the_server_none) {
    const Server server = answering(json_answer("200 OK", "[]"));
    const Server proxy = proxy_to(server);
    use(proxy, "user:secret@");
    ASSERT_TRUE(ask("http://relay.test/"));
    EXPECT_EQ(field_of(requests_[0], "Proxy-Authorization"), "Basic dXNlcjpzZWNyZXQ=");
    EXPECT_EQ(field_of(requests_[1], "Proxy-Authorization"), "");
}

TEST_F(ProxyTunnel, names_an_ipv6_host_in_brackets) {
    const Server proxy = answering(json_answer("403 Forbidden", ""));
    use(proxy);
    EXPECT_FALSE(ask("http://[fe80::1]/"));
    EXPECT_THAT(requests_[0],
                StartsWith("CONNECT [fe80::1]:80 HTTP/1.1\r\nHost: [fe80::1]:80\r\n"));
}

TEST_F(ProxyTunnel, reports_the_proxys_refusal_with_its_address_and_without_credentials) {
    struct Case {
        const char* status;
        Errc code;
    };
    // None of them is an answer of the server's: 403 and 404 must not pass for its refusal.
    for (const auto& [status, code] :
         {Case{"407 Authentication", Errc::unavailable}, Case{"403 Forbidden", Errc::unavailable},
          Case{"404 Not Found", Errc::unavailable}, Case{"502 Bad Gateway", Errc::interrupted},
          Case{"503 Unavailable", Errc::interrupted}}) {
        const Server proxy = answering("HTTP/1.1 " + std::string(status) +
                                       "\r\nContent-Length: 10\r\n\r\n");  // no body follows
        use(proxy, "user:secret@");
        const auto answer = ask("http://relay.test/");
        ASSERT_FALSE(answer) << status;
        EXPECT_EQ(answer.error().code, code) << status;
        EXPECT_THAT(answer.error().detail,
                    AllOf(HasSubstr("proxy 127.0.0.1:" + std::to_string(proxy.port())),
                          HasSubstr("relay.test"), HasSubstr(std::string(status).substr(0, 3)),
                          Not(HasSubstr("secret"))));
    }
}

TEST_F(ProxyTunnel, reports_a_proxy_that_is_not_there) {
    {
        const Server gone = answering("");
        use(gone);
    }
    const auto answer = ask("http://relay.test/");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::interrupted);
    EXPECT_THAT(answer.error().detail, StartsWith("proxy 127.0.0.1:"));
}

TEST_F(ProxyTunnel, does_not_wait_for_ever_for_a_silent_proxy) {
    settings_.timeout = 50ms;
    const Server proxy = answering("HTTP/1.1 200");
    use(proxy);
    const auto answer = ask("http://relay.test/");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::unavailable);
    EXPECT_THAT(answer.error().detail, HasSubstr("timed out"));
}

TEST_F(ProxyTunnel, refuses_a_proxy_that_speaks_in_the_servers_name) {
    const Server proxy = answering("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n");
    use(proxy);
    EXPECT_THAT(ask("http://relay.test/").error().detail, HasSubstr("before it was asked"));
}

TEST_F(ProxyTunnel, is_not_used_for_what_is_reached_directly) {
    const Server server = answering(json_answer("200 OK", "[]"));
    const Server proxy = proxy_to(server);
    use(proxy);
    EXPECT_TRUE(ask(server.url("http").c_str()));
    EXPECT_EQ(proxy.accepted(), 0);
}

}  // namespace
}  // namespace relay::net
