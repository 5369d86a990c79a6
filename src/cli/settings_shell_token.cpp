// SPDX-License-Identifier: Apache-2.0
#include "cli/older_names.hpp"
#include "cli/settings_token.hpp"
#include "cli/shell_roles.hpp"

#include <algorithm>

namespace relay::cli {
namespace {

using config::documented;
using config::later;

config::Value role_value(std::string& target) {
    return {.kind = "ROLE",
            .store = [&target](std::string_view given) -> Result<void> {
                if (!scopes_of_role(given))
                    return fail(Errc::invalid,
                                "expected host, client, stats, read, write or readwrite");
                target = given;
                return {};
            },
            .show = [&target] { return target; }};
}

void add_older_token_names(config::Schema& schema) {
    add_older_names(
        schema, {{"role", {documented("SHELLTOKEN_ROLE"), later("JUMP_TOKEN_ROLE")}},
                 {"topic", {documented("SHELLTOKEN_TOPIC"), later("JUMP_TOKEN_TOPIC")}},
                 {"audience", {documented("SHELLTOKEN_AUDIENCE"), later("JUMP_TOKEN_AUDIENCE")}},
                 {"lifetime", {documented("SHELLTOKEN_LIFETIME"), later("JUMP_TOKEN_LIFETIME")}},
                 {"connection-type",
                  {documented("SHELLTOKEN_CONNECTIONTYPE"), later("JUMP_TOKEN_CONNECTION_TYPE")}},
                 {"secret", {documented("SHELLTOKEN_SECRET"), later("JUMP_TOKEN_SECRET")}}});
}

}  // namespace

config::Schema shell_token_settings(ShellTokenRequest& request) {
    config::Schema schema{
        .command = "shell token", .prefixes = {"SHELLTOKEN_", "JUMP_TOKEN_"}, .settings = {}};
    schema.settings.push_back(
        {.name = "role",
         .group = "What it permits",
         .names = {{"RELAY_ROLE"}},
         .help = "host, for the machine that is reached; client, for those who reach it; stats, "
                 "for the topic `stats`. Also read, write, readwrite, as in a session's token.",
         .value = role_value(request.role),
         .required = true});
    add_claim_settings(schema, request.basis, "The id of the shell: the machine's name.");
    std::ranges::find(schema.settings, "topic", &config::Setting::name)->required = true;
    add_signing_settings(schema, request.basis);
    add_older_token_names(schema);
    return schema;
}

}  // namespace relay::cli
