// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"
#include "config/load.hpp"
#include "config/setting.hpp"

#include <filesystem>
#include <string>

namespace relay::cli {

// Where a program of a user or of an experiment connects to.
struct AccessTarget {
    std::string& session;
    Secret& token;
    std::filesystem::path& token_file;
};

// Appends `session`, `token` and `token-file`, with today's names.
void add_access_settings(config::Schema& schema, std::string group, AccessTarget target,
                         std::string session_help);

// Of a token and a token file that were given in different ways, the one that binds more stays: a
// flag before a variable, a variable before the settings file. Both stay when they were given in
// the same way, which the target's check refuses.
void settle_token(const config::Loaded& loaded, AccessTarget target);

}  // namespace relay::cli
