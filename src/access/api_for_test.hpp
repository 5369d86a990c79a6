// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/admission.hpp"
#include "access/api.hpp"
#include "auth/token.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace relay::access {

// The API as one host serves it, at a fixed time, without sockets.
struct ApiFixture : testing::Test {
    static constexpr std::chrono::seconds start{1'795'342'750};

    WallTime now{start};
    std::string audience = "https://relay.example/ed0/access";
    Secret secret{"0123456789abcdef0123456789abcdef"};
    NoJournal journal;
    std::vector<std::string> closed;  // bookings whose connections were closed
    Admission admission{[this] { return now; }, false, journal,
                        [this](const std::string& booking_id) { closed.push_back(booking_id); }};
    ApiSettings settings{.audience = audience, .relay_address = "wss://relay.example/ed0/relay"};
    net::Router api = make(admission);

    net::Router make(Admission& with) {
        return make_api(
            settings, auth::KeyRing::make(secret).value(), with, [this] { return now; },
            [] { return R"([{"topic":"stats"}])"; });
    }

    auth::Claims claims_of(std::vector<std::string> scopes) const {
        auth::Claims claims;
        claims.audience = {audience};
        claims.expires = now + std::chrono::hours(1);
        claims.scopes = std::move(scopes);
        return claims;
    }
    auth::Claims session_claims() const {
        auth::Claims claims = claims_of({"read", "write"});
        claims.topic = "spin30-data";
        claims.prefix = "session";
        claims.booking_id = "b1";
        return claims;
    }
    std::string sign(const auth::Claims& claims) const {
        return auth::sign_token(claims, secret).value().reveal();
    }
    std::string admin_token() const { return sign(claims_of({"relay:admin"})); }

    net::HttpResponse send(std::string method, std::string target, std::string token = "",
                           std::string origin = "") const {
        net::HttpRequest request;
        request.method = std::move(method);
        request.target = std::move(target);
        if (!token.empty()) request.fields.add("Authorization", std::move(token));
        if (!origin.empty()) request.fields.add("Origin", std::move(origin));
        return api.respond(request);
    }
    // A session call whose claims differ from good ones in what `change` does.
    net::HttpResponse join(const std::function<void(auth::Claims&)>& change) const {
        auth::Claims claims = session_claims();
        change(claims);
        return send("POST", "/session/spin30-data", sign(claims));
    }

    static void expect_error(const net::HttpResponse& response, int status,
                             const std::string& message) {
        EXPECT_EQ(response.status, status);
        EXPECT_EQ(response.body, net::error_response(status, message).body);
        EXPECT_EQ(response.content_type, "application/json");
    }
};

}  // namespace relay::access
