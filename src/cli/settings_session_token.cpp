// SPDX-License-Identifier: Apache-2.0
#include "cli/older_names.hpp"
#include "cli/settings_token.hpp"

namespace relay::cli {
namespace {

using config::documented;
using config::later;
using config::Setting;

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

void add_older_token_names(config::Schema& schema) {
    add_older_names(
        schema, {{"topic", {documented("ACCESSTOKEN_TOPIC"), later("RELAY_TOKEN_TOPIC")}},
                 {"audience", {documented("ACCESSTOKEN_AUDIENCE"), later("RELAY_TOKEN_AUDIENCE")}},
                 {"lifetime", {documented("ACCESSTOKEN_LIFETIME"), later("RELAY_TOKEN_LIFETIME")}},
                 {"connection-type",
                  {documented("ACCESSTOKEN_CONNECTIONTYPE"), later("RELAY_TOKEN_CONNECTION_TYPE"),
                   later("RELAY_TOKEN_CONNECTIONTYPE")}},
                 {"booking-id", {later("RELAY_TOKEN_BOOKING_ID")}},
                 {"secret", {documented("ACCESSTOKEN_SECRET"), later("RELAY_TOKEN_SECRET")}}});
}

}  // namespace

config::Schema session_token_settings(TokenRequest& request) {
    config::Schema schema{.command = "session token", .prefixes = {"ACCESSTOKEN_"}, .settings = {}};
    add_claim_settings(schema, request.basis,
                       "The session's id. Not needed where neither --read nor --write is given.");
    for (Setting& row : scope_settings(request)) schema.settings.push_back(std::move(row));
    add_signing_settings(schema, request.basis);
    schema.settings.push_back({.name = "role",
                               .group = "Without effect",
                               .names = {documented("ACCESSTOKEN_ROLE")},
                               .help = "",
                               .value = config::nowhere(),
                               .no_effect = "nothing has ever read it"});
    add_older_token_names(schema);
    return schema;
}

}  // namespace relay::cli
