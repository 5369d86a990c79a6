// SPDX-License-Identifier: Apache-2.0
#include "cli/settings_access.hpp"

#include <fmt/format.h>

#include <utility>

namespace relay::cli {
namespace {

// Not config::secret: its file would be read once, at the start, but is to be read for each
// connection, so that the token can be renewed.
config::Value token_value(Secret& target) {
    return {.kind = "TOKEN",
            .store = [&target](std::string_view given) -> Result<void> {
                target = Secret(std::string(given));
                return {};
            },
            .show = [&target] { return fmt::format("{}", target); }};
}

// How much the way binds in which a setting was given; the texts are those of config::Loaded.
int strength(const config::Loaded& loaded, const std::string& setting) {
    const auto found = loaded.origins.find(setting);
    if (found == loaded.origins.end() || loaded.is_default(setting)) return 0;
    if (found->second.starts_with("--")) return 3;
    return found->second.find(':') == std::string::npos ? 2 : 1;  // a variable; FILE:LINE
}

}  // namespace

void add_access_settings(config::Schema& schema, std::string group, AccessTarget target,
                         std::string session_help) {
    schema.settings.push_back({.name = "session",
                               .group = group,
                               .names = {{"RELAY_SESSION"}},
                               .help = std::move(session_help),
                               .value = config::text(target.session, "URL")});
    schema.settings.push_back({.name = "token",
                               .group = group,
                               .names = {{"RELAY_TOKEN"}},
                               .help = "Token for the access URL. Other programs can see it: "
                                       "prefer --token-file.",
                               .value = token_value(target.token)});
    schema.settings.push_back({.name = "token-file",
                               .group = std::move(group),
                               .names = {{"RELAY_TOKEN_FILE"}},
                               .help = "File that holds the token; read again for each "
                                       "connection, so that it can be renewed.",
                               .value = config::path(target.token_file)});
}

void settle_token(const config::Loaded& loaded, AccessTarget target) {
    if (target.token.empty() || target.token_file.empty()) return;
    const int token = strength(loaded, "token");
    const int file = strength(loaded, "token-file");
    if (token > file) target.token_file.clear();
    if (file > token) target.token = Secret();
}

}  // namespace relay::cli
