// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "auth/forge_for_test.hpp"
#include "auth/token.hpp"
#include "book/http/api.hpp"
#include "book/http/exchange_for_test.hpp"
#include "book/http/reply.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

// What the tests of the API share: endpoints of their own, over a store without a database.
namespace relay::book::test {

inline const std::string audience = "https://lab.example/ed0/book";

// Handlers of these tests look at no table.
class NoTransaction final : public booking::Transaction {
public:
    booking::CatalogueTable& catalogue() override { throw std::logic_error("no table"); }
    booking::SessionTable& sessions() override { throw std::logic_error("no table"); }
    booking::DenialTable& denials() override { throw std::logic_error("no table"); }
    booking::RecordTable& records() override { throw std::logic_error("no table"); }
    const booking::CatalogueTable& catalogue() const override { throw std::logic_error("no"); }
    const booking::SessionTable& sessions() const override { throw std::logic_error("no table"); }
    const booking::DenialTable& denials() const override { throw std::logic_error("no table"); }
    const booking::RecordTable& records() const override { throw std::logic_error("no table"); }
};

// Does the work at once, and says that it is done when it is told to, with what it is told.
class StoreInHand final : public booking::Store {
public:
    void write(Writing work, Done done) override {
        NoTransaction transaction;
        Result<void> result = work(transaction);
        worked.push_back(result.has_value());
        if (result && !commit) result = std::unexpected(commit.error());
        done(std::move(result));
    }
    void read(Reading work, Done done) override {
        const NoTransaction transaction;
        done(work(transaction));
    }
    void report(Reading work, Done done) override {
        ++reports;
        read(std::move(work), std::move(done));
    }
    void stop() override {}

    Result<void> commit;
    std::vector<bool> worked;  // for each unit whether it is to be committed
    int reports = 0;
};

inline std::string token(std::vector<std::string> scopes = {"booking:admin"},
                         std::vector<std::string> groups = {"g"}) {
    auth::Claims claims;
    claims.audience = {audience};
    claims.expires = auth::test_now + std::chrono::hours(1);
    claims.scopes = std::move(scopes);
    claims.groups = std::move(groups);
    claims.subject = "ann";
    return auth::sign_token(claims, auth::test_key).value().reveal();
}

struct ApiTest : testing::Test {
    void add(Endpoint endpoint) { endpoints.push_back(std::move(endpoint)); }

    // Serves the endpoints that were added.
    Api& open() {
        if (!api) {
            api.emplace(
                Api::Settings{
                    .audience = audience,
                    .allowed_origins = {"https://page.example"},
                    .login_rate = {.rate = 0.1, .burst = 1},
                    .service_rate = {.rate = 0.1, .burst = 2},
                    .clock = [] { return auth::test_now; },
                    .observe =
                        [this](std::string_view of, std::string_view pattern, int status) {
                            observed.push_back(fmt::format("{} {} {}", of, pattern, status));
                        }},
                auth::KeyRing::make(auth::test_key).value(), store,
                EndpointTable(std::move(endpoints), {}, "/ed0/book"));
        }
        return *api;
    }

    static net::HttpRequest request_of(std::string method, std::string path,
                                       std::string authorization = "",
                                       net::HttpFields fields = {}) {
        net::HttpRequest request{.method = std::move(method),
                                 .target = "/api/v1" + path,
                                 .fields = std::move(fields),
                                 .remote_address = "192.0.2.7"};
        if (!authorization.empty()) request.fields.set("Authorization", std::move(authorization));
        return request;
    }

    net::HttpResponse call(std::string method, std::string path, std::string authorization,
                           std::string body = "", net::HttpFields fields = {}) {
        return answer_of(open(),
                         request_of(std::move(method), std::move(path), std::move(authorization),
                                    std::move(fields)),
                         std::move(body));
    }

    static Endpoint echo(Body body, Access access = Access::open) {
        return {.method = "POST",
                .pattern = "/echo",
                .access = access,
                .body = body,
                .answer = Immediate([](const Call& call) {
                    return reply({{"body", call.body}, {"text", call.request.body}});
                }),
                .body_name = "thing"};
    }

    StoreInHand store;
    std::vector<Endpoint> endpoints;
    std::vector<std::string> observed;
    std::optional<Api> api;
};

inline void expect_error(const net::HttpResponse& answer, int status, int code,
                         std::string_view text) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.body, (nlohmann::json{{"code", code}, {"message", text}}.dump()));
}

}  // namespace relay::book::test
