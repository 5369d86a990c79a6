// SPDX-License-Identifier: Apache-2.0
#include "base/time_text.hpp"
#include "cli/settings.hpp"

namespace relay::cli {
namespace {

using config::documented;
using config::later;
using config::Setting;
using std::chrono::seconds;

config::Value time_value(std::optional<WallTime>& target) {
    return {.kind = "TIME",
            .store = [&target](std::string_view given) -> Result<void> {
                const auto time = parse_time(given);
                if (!time)
                    return fail(Errc::invalid, "expected a time such as 2026-11-22T10:19:10Z");
                target = *time;
                return {};
            },
            .show = [&target] { return target ? format_time(*target) : std::string(); }};
}

std::vector<Setting> scope_settings(TokenRequest& request) {
    return {
        {.name = "read",
         .group = "What it permits",
         .names = {{"RELAY_READ"},
                   documented("ACCESSTOKEN_READ"),
                   later("RELAY_TOKEN_SCOPE_READ"),
                   later("RELAY_TOKEN_READ")},
         .help = "Permit receiving (scope `read`).",
         .value = config::boolean(request.read)},
        {.name = "write",
         .group = "What it permits",
         .names = {{"RELAY_WRITE"},
                   documented("ACCESSTOKEN_WRITE"),
                   later("RELAY_TOKEN_SCOPE_WRITE"),
                   later("RELAY_TOKEN_WRITE")},
         .help = "Permit sending (scope `write`).",
         .value = config::boolean(request.write)},
        {.name = "admin",
         .group = "What it permits",
         .names = {{"RELAY_ADMIN"}, later("RELAY_TOKEN_SCOPE_ADMIN")},
         .help = "Permit denying and allowing bookings (scope `relay:admin`).",
         .value = config::boolean(request.admin)},
        {.name = "scope",
         .group = "What it permits",
         .names = {{"RELAY_SCOPE_OTHER"}, later("RELAY_TOKEN_SCOPE_OTHER")},
         .help = "Further scopes, such as relay:stats for GET /status.",
         .value = config::list(request.scopes)},
    };
}

std::vector<Setting> claim_settings(TokenRequest& request) {
    return {
        {.name = "topic",
         .group = "What it is for",
         .names = {{"RELAY_TOPIC"}, documented("ACCESSTOKEN_TOPIC"), later("RELAY_TOKEN_TOPIC")},
         .help = "The session's id. Not needed where neither --read nor --write is given.",
         .value = config::text(request.topic)},
        {.name = "audience",
         .group = "What it is for",
         .names = {{"RELAY_AUDIENCE"},
                   {"RELAY_ACCESS_FQDN"},
                   documented("ACCESSTOKEN_AUDIENCE"),
                   later("RELAY_TOKEN_AUDIENCE")},
         .help = "The --access-fqdn of the relay, letter for letter.",
         .value = config::text(request.audience, "URL"),
         .required = true},
        {.name = "lifetime",
         .group = "What it is for",
         .names = {{"RELAY_LIFETIME"},
                   documented("ACCESSTOKEN_LIFETIME"),
                   later("RELAY_TOKEN_LIFETIME")},
         .help = "How long it is valid, from now or from --nbf.",
         .value = config::duration(request.lifetime, {.least = seconds(1)}),
         .required = true},
        {.name = "nbf",
         .group = "What it is for",
         .names = {{"RELAY_NBF"}},
         .help = "Time at which it becomes valid; now when empty or past.",
         .value = time_value(request.not_before)},
        {.name = "connection-type",
         .group = "What it is for",
         .names = {{"RELAY_CONNECTION_TYPE"},
                   documented("ACCESSTOKEN_CONNECTIONTYPE"),
                   later("RELAY_TOKEN_CONNECTION_TYPE"),
                   later("RELAY_TOKEN_CONNECTIONTYPE")},
         .help = "Kind of connection: session, or shell.",
         .value = config::text(request.connection_type)},
        {.name = "booking-id",
         .group = "What it is for",
         .names = {{"RELAY_BOOKING_ID"}, later("RELAY_TOKEN_BOOKING_ID")},
         .help = "Booking by which it can be denied.",
         .value = config::text(request.booking_id)},
    };
}

std::vector<Setting> key_settings(TokenRequest& request) {
    return {
        {.name = "secret",
         .group = "Key",
         .names = {{"RELAY_SECRET"}, documented("ACCESSTOKEN_SECRET"), later("RELAY_TOKEN_SECRET")},
         .help = "Signs it; the relay's secret.",
         .value = config::secret(request.secret),
         .required = true},
        {.name = "kid",
         .group = "Key",
         .names = {{"RELAY_KID"}},
         .help = "Name of the secret among the relay's --keys, where it is one of them.",
         .value = config::text(request.kid)},
        {.name = "role",
         .group = "Without effect",
         .names = {documented("ACCESSTOKEN_ROLE")},
         .help = "",
         .value = config::nowhere(),
         .no_effect = "nothing has ever read it"},
    };
}

}  // namespace

config::Schema session_token_settings(TokenRequest& request) {
    config::Schema schema{.command = "session token", .prefixes = {"ACCESSTOKEN_"}, .settings = {}};
    for (auto& part : {claim_settings(request), scope_settings(request), key_settings(request)}) {
        schema.settings.insert(schema.settings.end(), part.begin(), part.end());
    }
    return schema;
}

}  // namespace relay::cli
