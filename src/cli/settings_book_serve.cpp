// SPDX-License-Identifier: Apache-2.0
#include "cli/older_names.hpp"
#include "cli/settings.hpp"
#include "cli/settings_listen.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace relay::cli {
namespace {

using config::documented;
using config::later;
using config::really_read;
using config::Setting;
using std::chrono::hours;
using std::chrono::seconds;

config::Value rate_value(double& target) {
    return {.kind = "NUMBER",
            .store = [&target](std::string_view given) -> Result<void> {
                double rate = 0;
                const char* end = given.data() + given.size();
                const auto [rest, error] = std::from_chars(given.data(), end, rate);
                const bool good = error == std::errc{} && rest == end && std::isfinite(rate);
                if (!good || rate < 0 || rate > 1e6)
                    return fail(Errc::invalid, "expected a number from 0 to 1000000");
                target = rate;
                return {};
            },
            .show = [&target] { return fmt::format("{}", target); }};
}

std::vector<Setting> address_settings(book::Config& config) {
    return {
        {.name = "audience",
         .group = "Addresses",
         .names = {{"RELAY_BOOK_AUDIENCE"}, {"RELAY_AUDIENCE"}, {"RELAY_ACCESS_FQDN"}},
         .help = "Public address of this server, as https://lab.example/book; tokens must name it "
                 "as their audience. Its path is a base path of the API.",
         .value = config::text(config.audience, "URL"),
         .required = true},
        {.name = "port",
         .group = "Addresses",
         .names = {{"RELAY_BOOK_PORT"}, {"RELAY_ACCESS_PORT"}},
         .help = "Port of the API; 0 takes any free one.",
         .value = config::port(config.port)},
        listen_setting(config.listen),
        {.name = "allowed-origins",
         .group = "Addresses",
         .names = {{"RELAY_ALLOWED_ORIGINS"}, {"BOOK_CORS_ORIGINS"}},
         .help = "Origins of the web pages that may call the API, as https://lab.example; * is "
                 "any. When empty: pages of this server alone.",
         .value = config::list(config.allowed_origins)},
        trusted_proxy_setting(config.trusted_proxies),
    };
}

std::vector<Setting> token_settings(book::Config& config) {
    return {
        {.name = "secret",
         .group = "Tokens",
         .names = {{"RELAY_SECRET"}},
         .help = "Verifies class tokens, signs booking tokens; 32 bytes or more.",
         .value = config::secret(config.secret),
         .required = true},
        {.name = "keys",
         .group = "Tokens",
         .names = {{"RELAY_KEYS"}},
         .help = "Further secrets, for class tokens whose `kid` header names one.",
         .value = config::secrets(config.keys)},
        {.name = "relay-secret",
         .group = "Tokens",
         .names = {{"RELAY_RELAY_SECRET"}},
         .help = "The secret of the relays, which signs the tokens for streams; --secret when "
                 "empty.",
         .value = config::secret(config.relay_secret)},
        leeway_setting(config.leeway),
        {.name = "login-time",
         .group = "Tokens",
         .names = {{"RELAY_LOGIN_TIME_S"}},
         .help = "Life of a booking token, from log-in.",
         .value =
             config::duration(config.login_time, {.least = seconds(1), .most = hours(24 * 366)})},
        {.name = "keep-user",
         .group = "Tokens",
         .names = {{"RELAY_KEEP_USER"}},
         .help = "How long after its end a booking token still tells, at the next log-in, who "
                 "somebody is.",
         .value = config::duration(config.keep_user, {.most = hours(24 * 3660)})},
    };
}

std::vector<Setting> booking_settings(book::Config& config) {
    return {
        {.name = "state-dir",
         .group = "State",
         .names = {{"RELAY_STATE_DIR"}},
         .help = "Directory of the database book.db.",
         .value = config::path(config.state_dir)},
        {.name = "database",
         .group = "State",
         .names = {{"RELAY_DATABASE"}, {"BOOK_DB"}},
         .help = "Another place for the database, as sqlite:/var/lib/relay/book.db.",
         .value = config::text(config.database, "sqlite:PATH")},
        {.name = "max-sessions",
         .group = "Sessions",
         .names = {{"RELAY_MAX_SESSIONS"}, {"BOOK_MAX_SESSIONS"}},
         .help = "Sessions that a user may have at one time, unless the class token or a group "
                 "says otherwise; 0 permits none.",
         .value = config::integer(config.max_sessions, 0, 1'000'000)},
        {.name = "deny-optimistic",
         .group = "Sessions",
         .names = {{"RELAY_DENY_OPTIMISTIC"}, {"BOOK_DENY_OPTIMISTIC"}},
         .help = "A session that is ended early is over at once, even when a relay could not be "
                 "told: its user may then still be connected when the next one comes.",
         .value = config::boolean(config.deny_optimistic)},
    };
}

std::vector<Setting> limit_settings(book::Config& config) {
    return {
        {.name = "login-rate",
         .group = "Limits",
         .names = {{"RELAY_LOGIN_RATE"}},
         .help = "Log-ins per second from one address, on average; beyond it: 429. 0: no limit.",
         .value = rate_value(config.login_rate)},
        {.name = "login-burst",
         .group = "Limits",
         .names = {{"RELAY_LOGIN_BURST"}},
         .help = "Log-ins at once from one address: a class behind one address starts together.",
         .value = config::integer(config.login_burst, 1, 10'000'000)},
        {.name = "io-threads",
         .group = "Limits",
         .names = {{"RELAY_IO_THREADS"}},
         .help = "Threads that serve requests; 0 is one for each core.",
         .value = config::integer(config.io_threads, 0, 1024)},
    };
}

Setting without_effect(std::string name, config::EnvironmentName variable, std::string why) {
    return {.name = std::move(name),
            .group = "Without effect",
            .names = {std::move(variable)},
            .help = "",
            .value = config::nowhere(),
            .no_effect = std::move(why)};
}

std::vector<Setting> settings_without_effect() {
    const std::string nothing_to_prune = "what is over is told by the time, nothing is pruned";
    const std::string no_profiler = "there is no profiler inside; use perf from outside";
    return {
        without_effect("max-time", really_read("BOOK_MAXTIME"), "nothing has ever read it"),
        without_effect("check-every", later("BOOK_CHECK_EVERY"), nothing_to_prune),
        without_effect("tidy-every", later("BOOK_TIDY_EVERY"), nothing_to_prune),
        without_effect("request-timeout", later("BOOK_REQUEST_TIMEOUT"),
                       "relays are asked until they answer, or the session would have ended"),
        without_effect("min-username-length", later("BOOK_MIN_USERNAME_LENGTH"),
                       "users are given their names at log-in"),
        without_effect("disable-cancel-after-use", later("BOOK_DISABLE_CANCEL_AFTER_USE"),
                       "a session can always be ended early"),
        without_effect("profile", later("BOOK_PROFILE"), no_profiler),
        without_effect("port-profile", later("BOOK_PROFILE_PORT"), no_profiler),
    };
}

void add_older_book_names(config::Schema& schema) {
    add_older_names(schema,
                    {{"audience", {documented("BOOK_FQDN"), later("BOOK_AUDIENCE")}},
                     {"port", {documented("BOOK_PORT")}},
                     {"secret", {documented("BOOK_SECRET"), later("BOOK_ADMIN_SECRET")}},
                     {"relay-secret", {later("BOOK_RELAY_SECRET")}},
                     {"login-time", {documented("BOOK_LOGINTIME"), later("BOOK_ACCESS_TOKEN_TTL")}},
                     {"state-dir", {later("BOOK_PERSIST_DIR")}},
                     {"log-level", {later("BOOK_LOG_LEVEL")}},
                     {"log-format", {later("BOOK_LOG_FORMAT")}},
                     {"log-file", {really_read("BOOK_LOGFILE"), later("BOOK_LOG_FILE")}},
                     {"development", {really_read("BOOK_DEVELOPMENT")}}});
}

}  // namespace

config::Schema book_serve_settings(book::Config& config, LogOptions& log) {
    config::Schema schema{.command = "book serve", .prefixes = {"BOOK_"}, .settings = {}};
    for (auto& rows : {address_settings(config), token_settings(config), booking_settings(config),
                       limit_settings(config)})
        schema.settings.insert(schema.settings.end(), rows.begin(), rows.end());
    add_log_settings(schema, log);
    for (Setting& row : settings_without_effect()) schema.settings.push_back(std::move(row));
    add_older_book_names(schema);
    return schema;
}

}  // namespace relay::cli
