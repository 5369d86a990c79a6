// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "book_client/config.hpp"
#include "config/setting.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace relay::cli {

// Appends the rows of the commands that call a booking server: which one, and as whom. `older` is
// what the original's names of the command begin with, as `BOOKUPLOAD_`; empty for a command that
// it has not.
void add_book_server_settings(config::Schema& schema, book_client::ServerAddress& address,
                              std::string_view older);

// Appends `json`.
void add_json_setting(config::Schema& schema, bool& json, std::string help);

// Absent, and shown as nothing, until it is given.
config::Value optional_number(std::optional<std::uint32_t>& target);

}  // namespace relay::cli
