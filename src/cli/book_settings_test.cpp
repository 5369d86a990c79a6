// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.hpp"
#include "cli/settings_for_test.hpp"

#include <gmock/gmock.h>

#include <span>
#include <string>

namespace relay::cli {
namespace {

// shared/spec/environment.md, booking-instant.md §9, booking-model.md §4.
constexpr Row serve_rows[] = {
    {"RELAY_BOOK_PORT", "port", false},
    {"RELAY_ACCESS_PORT", "port", false},
    {"BOOK_PORT", "port"},
    {"RELAY_AUDIENCE", "audience", false},
    {"RELAY_ACCESS_FQDN", "audience", false},
    {"BOOK_FQDN", "audience"},
    {"BOOK_AUDIENCE", "audience"},
    {"RELAY_LOGIN_TIME_S", "login-time", false},
    {"BOOK_LOGINTIME", "login-time"},
    {"BOOK_ACCESS_TOKEN_TTL", "login-time"},
    {"RELAY_SECRET", "secret", false},
    {"BOOK_SECRET", "secret"},
    {"BOOK_ADMIN_SECRET", "secret"},
    {"BOOK_RELAY_SECRET", "relay-secret"},
    {"BOOK_DB", "database", false},
    {"BOOK_PERSIST_DIR", "state-dir"},
    {"BOOK_MAX_SESSIONS", "max-sessions", false},
    {"BOOK_CORS_ORIGINS", "allowed-origins", false},
    {"BOOK_DENY_OPTIMISTIC", "deny-optimistic", false},
    {"RELAY_DEVELOPMENT", "development", false},
    {"BOOK_DEVELOPMENT", "development"},
    {"RELAY_LOG_FILE", "log-file", false},
    {"BOOK_LOGFILE", "log-file"},
    {"BOOK_LOG_LEVEL", "log-level"},
    {"BOOK_MAXTIME", "max-time"},
    {"BOOK_CHECK_EVERY", "check-every"},
    {"BOOK_TIDY_EVERY", "tidy-every"},
    {"BOOK_REQUEST_TIMEOUT", "request-timeout"},
    {"BOOK_MIN_USERNAME_LENGTH", "min-username-length"},
    {"BOOK_DISABLE_CANCEL_AFTER_USE", "disable-cancel-after-use"},
    {"BOOK_PROFILE", "profile"},
    {"BOOK_PROFILE_PORT", "port-profile"},
};
constexpr Row token_rows[] = {
    {"RELAY_LIFETIME", "lifetime", false}, {"BOOKTOKEN_LIFETIME", "lifetime"},
    {"RELAY_SECRET", "secret", false},     {"BOOKTOKEN_SECRET", "secret"},
    {"RELAY_ADMIN", "admin", false},       {"BOOKTOKEN_ADMIN", "admin"},
    {"RELAY_AUDIENCE", "audience", false}, {"BOOKTOKEN_AUDIENCE", "audience"},
    {"RELAY_GROUPS", "groups", false},     {"BOOKTOKEN_GROUPS", "groups"},
    {"RELAY_NBF", "nbf", false},           {"BOOKTOKEN_NBF", "nbf"},
    {"RELAY_SCOPE_OTHER", "scope", false}, {"BOOKTOKEN_ADDSCOPE", "scope"},
    {"BOOK_CLIENT_SECRET", "secret"},      {"BOOK_CLIENT_TOKEN_TTL", "lifetime"},
    {"BOOK_CLIENT_TOKEN_NBF", "nbf"},      {"BOOK_CLIENT_TOKEN_AUD", "audience"},
    {"BOOK_CLIENT_TOKEN_ADMIN", "admin"},
};
constexpr Row upload_rows[] = {
    {"RELAY_TOKEN", "token", false},   {"BOOKUPLOAD_TOKEN", "token"},
    {"RELAY_SCHEME", "scheme", false}, {"BOOKUPLOAD_SCHEME", "scheme"},
    {"RELAY_HOST", "host", false},     {"BOOKUPLOAD_HOST", "host"},
    {"RELAY_BASE", "base", false},     {"BOOKUPLOAD_BASE", "base"},
    {"BOOK_CLIENT_TOKEN", "token"},    {"BOOK_CLIENT_SCHEME", "scheme"},
    {"BOOK_CLIENT_HOST", "host"},      {"BOOK_CLIENT_BASE_PATH", "base"},
};
constexpr Row reset_rows[] = {
    {"RELAY_TOKEN", "token", false},   {"BOOKRESET_TOKEN", "token"},
    {"RELAY_SCHEME", "scheme", false}, {"BOOKRESET_SCHEME", "scheme"},
    {"RELAY_HOST", "host", false},     {"BOOKRESET_HOST", "host"},
    {"RELAY_BASE", "base", false},
};
constexpr Row status_rows[] = {
    {"RELAY_TOKEN", "token", false},   {"BOOKSTATUS_TOKEN", "token"},
    {"RELAY_SCHEME", "scheme", false}, {"BOOKSTATUS_SCHEME", "scheme"},
    {"RELAY_HOST", "host", false},     {"BOOKSTATUS_HOST", "host"},
    {"RELAY_BASE", "base", false},     {"BOOKSTATUS_BASE", "base"},
};

void expect_rows(const std::string& command, std::span<const Row> rows) {
    for (const Row& row : rows) {
        SCOPED_TRACE(command + " " + row.variable);
        expect_reaches(command, row);
    }
}

TEST(BookSettings, TakeEveryNameOfTheSpecification) {
    expect_rows("book serve", serve_rows);
    expect_rows("book token", token_rows);
    expect_rows("book upload", upload_rows);
    expect_rows("book reset", reset_rows);
    expect_rows("book getstatus", status_rows);
    expect_rows("book setstatus", status_rows);
}

TEST(BookSettings, DefaultsAreThoseOfTheReferenceOrDocumentedDeviations) {
    const AllSettings all;
    EXPECT_EQ(all.book_serve.port, 8080);
    EXPECT_EQ(all.book_serve.login_time, std::chrono::seconds(3600));
    EXPECT_EQ(all.book_serve.max_sessions, 2u);
    EXPECT_EQ(all.class_token.basis.lifetime, std::chrono::seconds(600));
    EXPECT_EQ(all.class_token.basis.audience, "https://book.practable.io");
    EXPECT_THAT(all.class_token.groups, testing::ElementsAre("everyone"));
    EXPECT_EQ(all.upload.server.scheme, "https");
    EXPECT_EQ(all.upload.server.host, "book.practable.io");
    EXPECT_EQ(all.upload.server.base, "/api/v1");
    EXPECT_EQ(all.reset.server.scheme, "http");
    EXPECT_EQ(all.reset.server.host, "localhost:8008");
    EXPECT_EQ(all.getstatus.server.host, "book.practable.io");
    EXPECT_EQ(all.upload.server.timeout, std::chrono::seconds(10));
}

TEST(BookSettings, LoginRateIsANumberThatIsNotNegative) {
    book::Config config;
    LogOptions log;
    const config::Schema schema = book_serve_settings(config, log);
    const config::Value& rate = config::find_setting(schema, "login-rate")->value;
    EXPECT_TRUE(rate.store("0.5"));
    EXPECT_EQ(config.login_rate, 0.5);
    for (const char* wrong : {"-1", "", "x", "5x", "nan", "inf", "1e9"})
        EXPECT_FALSE(rate.store(wrong)) << wrong;
}

TEST(BookSettings, TrustedProxiesAreNetworksAndAtFirstThoseOfThisMachine) {
    for (const char* command : {"book serve", "session relay", "shell relay"}) {
        const AllSettings all;
        const config::Schema schema = schema_of(all, command);
        const config::Value& proxies = config::find_setting(schema, "trusted-proxy")->value;
        EXPECT_EQ(proxies.show(), "127.0.0.0/8, ::1, unix");
        EXPECT_TRUE(proxies.store("10.0.0.0/8, 192.0.2.1"));
        EXPECT_EQ(proxies.show(), "10.0.0.0/8, 192.0.2.1");
        EXPECT_FALSE(proxies.store("10.0.0.0/8 proxy.example"));
        EXPECT_EQ(proxies.show(), "10.0.0.0/8, 192.0.2.1");
        EXPECT_TRUE(proxies.store(""));
        EXPECT_EQ(proxies.show(), "");
    }
}

}  // namespace
}  // namespace relay::cli
