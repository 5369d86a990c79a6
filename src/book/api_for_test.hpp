// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "auth/keyring.hpp"
#include "auth/token.hpp"
#include "base/temporary_folder_for_test.hpp"
#include "book/admin/endpoints.hpp"
#include "book/http/exchange_for_test.hpp"
#include "book/instant/endpoints.hpp"
#include "book/instant/tokens.hpp"
#include "book/service_endpoints.hpp"
#include "booking_sqlite/open.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace relay::book {

inline const std::string test_audience = "https://lab.example/ed0/book";
inline const Secret test_secret("0123456789abcdef0123456789abcdef");
inline const Secret test_relay_secret("fedcba9876543210fedcba9876543210");

// The whole API over a database of its own, with a clock that stands still unless it is moved.
class ApiForTest {
public:
    explicit ApiForTest(std::uint32_t max_sessions = 2, AddressRate::Settings rate = {})
        : store_(booking_sqlite::open(folder_ / "book.db").value()) {
        const auto keys = auth::KeyRing::make(test_secret).value();
        const auto tokens =
            std::make_shared<const Tokens>(Tokens::Settings{.audience = test_audience,
                                                            .secret = test_secret,
                                                            .relay_secret = test_relay_secret},
                                           keys);
        const auto on_denial = [this] { ++denials; };
        auto endpoints = instant_endpoints(tokens, max_sessions, on_denial);
        for (Endpoint& endpoint : admin_endpoints(on_denial))
            endpoints.push_back(std::move(endpoint));
        api_.emplace(Api::Settings{.audience = test_audience,
                                   .allowed_origins = {"https://page.example"},
                                   .login_rate = rate,
                                   .clock = [this] { return now; }},
                     keys, *store_,
                     EndpointTable(std::move(endpoints), service_endpoints(),
                                   net::base_path_of(test_audience)));
    }
    ~ApiForTest() { store_->stop(); }

    // The path stands below /api/v1.
    net::HttpResponse call(std::string method, std::string_view path, std::string_view token,
                           std::string body = "", net::HttpFields fields = {}) {
        net::HttpRequest request{.method = std::move(method),
                                 .target = "/api/v1" + std::string(path),
                                 .fields = std::move(fields),
                                 .remote_address = "192.0.2.1"};
        if (!token.empty()) request.fields.set("Authorization", std::string(token));
        return answer_of(*api_, std::move(request), std::move(body));
    }
    // The JSON of an answer that has to be 200.
    nlohmann::json get(std::string method, std::string_view path, std::string_view token,
                       std::string body = "") {
        const auto answer = call(std::move(method), path, token, std::move(body));
        EXPECT_EQ(answer.status, 200) << path << ": " << answer.body;
        return nlohmann::json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
    }

    auth::Claims claims(std::vector<std::string> scopes,
                        std::vector<std::string> groups = {"everyone"}) const {
        auth::Claims claims;
        claims.audience = {test_audience};
        claims.expires = now + std::chrono::hours(1);
        claims.scopes = std::move(scopes);
        claims.groups = std::move(groups);
        return claims;
    }
    static std::string sign(const auth::Claims& claims, const Secret& secret = test_secret) {
        return auth::sign_token(claims, secret).value().reveal();
    }
    std::string class_token(std::vector<std::string> groups = {"everyone"}) const {
        return sign(claims({"login:user"}, std::move(groups)));
    }
    std::string admin() const { return sign(claims({"booking:admin"})); }
    std::string user(std::string name, std::vector<std::string> pools = {},
                     std::optional<std::uint32_t> max_sessions = std::nullopt) const {
        auth::Claims wanted = claims({"booking:user"});
        wanted.subject = std::move(name);
        wanted.pools = std::move(pools);
        wanted.max_sessions = max_sessions;
        return sign(wanted);
    }

    // Makes one; its id.
    std::string add_pool(std::string_view name = "pool", std::string_view limits = "") {
        return get("POST", "/pools", admin(),
                   fmt::format(R"({{"description":{{"name":"{}","type":"t"}}{}}})", name, limits))
            .value("id", "");
    }
    std::string add_group(std::string_view name, std::vector<std::string> pools = {},
                          std::string_view more = "") {
        return get("POST", "/groups", admin(),
                   fmt::format(R"({{"description":{{"name":"{}","type":"t"}},"pools":{}{}}})", name,
                               nlohmann::json(pools).dump(), more))
            .value("id", "");
    }
    std::string add_activity(const std::string& pool, const nlohmann::json& body) {
        return get("POST", "/pools/" + pool + "/activities", admin(), body.dump()).value("id", "");
    }
    // Of one stream at a relay of that topic; without one, a simulation.
    nlohmann::json activity(std::string_view topic = "") const {
        nlohmann::json body = {{"description", {{"name", "Rig"}, {"type", "a"}}},
                               {"exp", 4'000'000'000},
                               {"streams", nlohmann::json::array()},
                               {"uis", nlohmann::json::array()}};
        if (!topic.empty()) body["streams"].push_back(stream(topic));
        return body;
    }
    static nlohmann::json stream(std::string_view topic) {
        return {{"for", "data"},
                {"url", "https://relay.example/session/" + std::string(topic)},
                {"verb", "POST"},
                {"permission",
                 {{"audience", "https://relay.example"},
                  {"connection_type", "session"},
                  {"scopes", {"read", "write"}},
                  {"topic", topic}}}};
    }
    net::HttpResponse request_session(const std::string& pool, const std::string& token,
                                      std::string_view duration = "600",
                                      net::HttpFields fields = {}) {
        return call("POST", fmt::format("/pools/{}/sessions?duration={}", pool, duration), token,
                    "", std::move(fields));
    }

    Api& api() { return *api_; }
    booking::Store& store() { return *store_; }

    WallTime now{std::chrono::seconds(1'795'342'750)};
    std::atomic<int> denials = 0;  // how often somebody was called to deliver some

private:
    TemporaryFolder folder_;
    std::unique_ptr<booking::Store> store_;
    std::optional<Api> api_;
};

// A handler's refusal.
inline void expect_refusal(const net::HttpResponse& answer, int status, std::string_view text) {
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_EQ(answer.body, nlohmann::json(text).dump() + "\n");
}

// A refusal before the handler.
inline void expect_framework_error(const net::HttpResponse& answer, int status, int code,
                                   std::string_view text) {
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_EQ(answer.body, nlohmann::json({{"code", code}, {"message", text}}).dump());
}

}  // namespace relay::book
