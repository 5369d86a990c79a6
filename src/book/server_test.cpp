// SPDX-License-Identifier: Apache-2.0
#include "book/server.hpp"

#include "auth/token.hpp"
#include "base/temporary_folder_for_test.hpp"
#include "net/http_client.hpp"
#include "net/test_peer.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace relay::book {
namespace {

using namespace std::chrono_literals;
using net::test::awaitable;
using net::test::Loop;
using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

const std::string audience = "https://lab.example/book";
const Secret secret("0123456789abcdef0123456789abcdef");

std::string token(const std::string& scope, std::string user = "",
                  std::vector<std::string> pools = {}) {
    auth::Claims claims;
    claims.audience = {audience};
    claims.expires = std::chrono::system_clock::now() + 1h;
    claims.scopes = {scope};
    claims.groups = {"everyone"};
    claims.subject = std::move(user);
    claims.pools = std::move(pools);
    return auth::sign_token(claims, secret).value().reveal();
}

struct Asked {
    std::string method, path, token = "", body = "";
};

awaitable<Result<net::HttpResponse>> ask(std::uint16_t port, Asked asked) {
    net::HttpFields fields;
    if (!asked.token.empty()) fields.set("Authorization", asked.token);
    if (!asked.body.empty()) fields.set("Content-Type", "application/json");
    net::Url url{.scheme = "http", .host = "127.0.0.1", .port = port, .target = asked.path};
    const net::HttpClientSettings settings;
    co_return co_await net::http_request(std::move(url), asked.method, std::move(fields),
                                         asked.body, settings);
}

struct BookServerTest : testing::Test {
    BookServerTest() {
        config.listen = "127.0.0.1";
        config.port = 0;
        config.audience = audience;
        config.secret = secret;
        config.state_dir = folder / "state";
        config.io_threads = 2;
    }

    Error error_of_start() {
        Server server(config);
        const auto port = server.start();
        EXPECT_FALSE(port);
        return port ? Error{} : port.error();
    }
    net::HttpResponse call(std::uint16_t port, Asked asked) {
        auto answer = loop.await(ask(port, std::move(asked)));
        EXPECT_TRUE(answer) << answer.error().detail;
        return answer.value_or(net::HttpResponse{.status = 0});
    }
    json get(std::uint16_t port, Asked asked) {
        const net::HttpResponse answer = call(port, std::move(asked));
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
    }

    Loop loop;
    TemporaryFolder folder;
    Config config;
};

TEST_F(BookServerTest, says_which_setting_keeps_it_from_starting) {
    const Config good = config;
    const auto expect = [&](auto change, Errc code, std::string_view text) {
        config = good;
        change(config);
        const Error error = error_of_start();
        EXPECT_EQ(error.code, code) << text;
        EXPECT_THAT(error.detail, HasSubstr(text));
    };
    expect([](Config& c) { c.audience = ""; }, Errc::invalid, "audience: ");
    expect([](Config& c) { c.secret = Secret(); }, Errc::invalid, "the secret is empty");
    expect([](Config& c) { c.keys = {Secret("x")}; }, Errc::invalid, "kid=secret");
    expect([](Config& c) { c.login_time = 0s; }, Errc::invalid, "login-time: ");
    expect([](Config& c) { c.database = "postgres://x"; }, Errc::invalid, "database: ");
    expect([](Config& c) { c.database = "sqlite:"; }, Errc::invalid, "database: ");
    expect([](Config& c) { c.listen = "192.0.2.1"; }, Errc::unavailable, "192.0.2.1");
    std::ofstream(folder / "file") << "no folder";
    expect([&](Config& c) { c.state_dir = folder / "file"; }, Errc::internal, "");
    std::ofstream(folder / "broken.db") << std::string(100'000, 'x');
    expect([&](Config& c) { c.database = "sqlite:" + (folder / "broken.db").string(); },
           Errc::internal, "database: ");
}

TEST_F(BookServerTest, tells_machines_how_it_is) {
    Server server(config);
    const auto port = server.start();
    ASSERT_TRUE(port) << port.error().detail;
    for (const std::string path : {"/healthz", "/readyz", "/book/healthz"})
        EXPECT_EQ(get(*port, {"GET", path}), (json{{"status", "ok"}}));
    for (const std::string path : {"/openapi.json", "/swagger.json"})
        EXPECT_EQ(get(*port, {"GET", path})["openapi"], "3.0.3");
    const net::HttpResponse metrics = call(*port, {"GET", "/metrics"});
    EXPECT_THAT(std::string(metrics.fields["Content-Type"]), StartsWith("text/plain"));
    EXPECT_THAT(metrics.body, HasSubstr("endpoint=\"/healthz\""));
}

TEST_F(BookServerTest, keeps_its_database_where_it_is_told) {
    config.database = "sqlite:" + (folder / "elsewhere" / "bookings.sqlite").string();
    Server server(config);
    ASSERT_TRUE(server.start());
    EXPECT_TRUE(std::filesystem::exists(folder / "elsewhere" / "bookings.sqlite"));
    EXPECT_FALSE(std::filesystem::exists(config.state_dir));
}

TEST_F(BookServerTest, leaves_to_pages_what_it_does_not_serve) {
    Server server(config, [](net::HttpExchange& exchange) -> awaitable<void> {
        co_await exchange.respond({.status = 200, .body = "a page"});
    });
    const auto port = server.start();
    ASSERT_TRUE(port) << port.error().detail;
    EXPECT_EQ(call(*port, {"GET", "/"}).body, "a page");
    EXPECT_EQ(call(*port, {"GET", "/api/v1/pools"}).status, 401);
    EXPECT_EQ(call(*port, {"GET", "/api/v1/login"}).status, 401);
}

TEST_F(BookServerTest, a_token_that_is_too_long_is_told_so) {
    Server server(config);
    const auto port = server.start();
    ASSERT_TRUE(port) << port.error().detail;
    EXPECT_EQ(call(*port, {"GET", "/api/v1/login", std::string(20'000, 'x')}).status, 401);
    EXPECT_EQ(call(*port, {"GET", "/api/v1/login", std::string(60'000, 'x')}).status, 431);
}

// Makes a pool of so many simulations; its id.
std::string add_simulations(BookServerTest& test, std::uint16_t port, int count) {
    const std::string admin = token("booking:admin");
    const json description = {{"name", "n"}, {"type", "t"}};
    const std::string pool = test.get(
        port, {"POST", "/api/v1/pools", admin, json{{"description", description}}.dump()})["id"];
    const json activity = {{"description", description},
                           {"exp", 4'000'000'000},
                           {"streams", json::array()},
                           {"uis", json::array()}};
    for (int i = 0; i < count; ++i)
        test.get(port, {"POST", "/api/v1/pools/" + pool + "/activities", admin, activity.dump()});
    return pool;
}

TEST_F(BookServerTest, ends_while_large_bodies_wait_to_be_parsed) {
    constexpr int count = 5;
    int answered = 0, ended = 0;
    std::string body = "[1";
    for (int element = 0; element < 500'000; ++element) body += ",1";
    body += "]";
    Server server(config);
    const auto port = server.start();
    ASSERT_TRUE(port) << port.error().detail;
    const auto import = [&]() -> awaitable<void> {
        const auto answer =
            co_await ask(*port, {"POST", "/api/v1/admin/poolstore", token("booking:admin"), body});
        if (answer) ++answered;
        if (++ended == 1) server.stop();
    };
    for (int each = 0; each < count; ++each)
        boost::asio::co_spawn(loop.context(), import(), [](std::exception_ptr) {});
    loop.run_until([&] { return ended == count; });
    EXPECT_GE(answered, 1);
}

TEST_F(BookServerTest, what_was_answered_before_it_stopped_is_what_it_knows_afterwards) {
    constexpr int count = 40;
    int booked = 0, ended = 0;
    {
        Server server(config);
        const auto port = server.start();
        ASSERT_TRUE(port) << port.error().detail;
        const std::string pool = add_simulations(*this, *port, count);
        const auto book = [&](int number) -> awaitable<void> {
            const auto answer = co_await ask(
                *port, {"POST", "/api/v1/pools/" + pool + "/sessions?duration=600",
                        token("booking:user", fmt::format("user-{}", number), {pool}), ""});
            if (answer && answer->status == 200) ++booked;
            if (++ended == 3) server.stop();  // while the others are on their way
        };
        for (int number = 0; number < count; ++number)
            boost::asio::co_spawn(loop.context(), book(number), [](std::exception_ptr) {});
        loop.run_until([&] { return ended == count; });
    }
    EXPECT_GE(booked, 3);
    Server again(config);
    const auto port = again.start();
    ASSERT_TRUE(port) << port.error().detail;
    const json sessions = get(*port, {"GET", "/api/v1/admin/sessions", token("booking:admin")});
    EXPECT_EQ(sessions.size(), static_cast<std::size_t>(booked));
}

}  // namespace
}  // namespace relay::book
