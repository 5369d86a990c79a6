// SPDX-License-Identifier: Apache-2.0
#include "cli/older_names.hpp"
#include "cli/settings_book.hpp"
#include "cli/settings_token.hpp"

#include <iterator>

namespace relay::cli {
namespace {

using config::documented;
using config::later;
using config::really_read;
using config::Setting;

std::vector<Setting> class_settings(ClassTokenRequest& request) {
    return {
        {.name = "groups",
         .group = "What it permits",
         .names = {{"RELAY_GROUPS"}},
         .help = "Names of the groups whose pools its holders may book.",
         .value = config::list(request.groups)},
        {.name = "admin",
         .group = "What it permits",
         .names = {{"RELAY_ADMIN"}},
         .help = "For administrators (scope `login:admin`) instead of users (`login:user`).",
         .value = config::boolean(request.admin)},
        {.name = "max-sessions",
         .group = "What it permits",
         .names = {{"RELAY_MAX_SESSIONS"}},
         .help = "Sessions that each of its users may have at one time; the groups', else the "
                 "server's number when empty.",
         .value = optional_number(request.max_sessions)},
        {.name = "scope",
         .group = "What it permits",
         .names = {{"RELAY_SCOPE_OTHER"}},
         .help = "Further scopes, which booking tokens then have as well.",
         .value = config::list(request.scopes)},
    };
}

void add_older_token_names(config::Schema& schema) {
    add_older_names(
        schema, {{"groups", {documented("BOOKTOKEN_GROUPS")}},
                 {"admin", {documented("BOOKTOKEN_ADMIN"), later("BOOK_CLIENT_TOKEN_ADMIN")}},
                 {"scope", {really_read("BOOKTOKEN_ADDSCOPE")}},
                 {"audience", {documented("BOOKTOKEN_AUDIENCE"), later("BOOK_CLIENT_TOKEN_AUD")}},
                 {"lifetime", {documented("BOOKTOKEN_LIFETIME"), later("BOOK_CLIENT_TOKEN_TTL")}},
                 {"nbf", {really_read("BOOKTOKEN_NBF"), later("BOOK_CLIENT_TOKEN_NBF")}},
                 {"secret", {documented("BOOKTOKEN_SECRET"), later("BOOK_CLIENT_SECRET")}}});
}

}  // namespace

config::Schema book_token_settings(ClassTokenRequest& request) {
    config::Schema schema{
        .command = "book token", .prefixes = {"BOOKTOKEN_", "BOOK_CLIENT_"}, .settings = {}};
    auto rows = class_settings(request);
    std::ranges::move(rows, std::back_inserter(schema.settings));
    add_class_claim_settings(schema, request.basis);
    add_signing_settings(schema, request.basis);
    add_json_setting(schema, request.basis.json, "Print an object with the token and its end.");
    add_older_token_names(schema);
    return schema;
}

}  // namespace relay::cli
