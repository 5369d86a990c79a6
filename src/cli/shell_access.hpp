// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "uplink/connection_config.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace relay::cli {

// Whether a shell host or client could connect with these settings. `role` is the scope that its
// token needs: a client with a host's token would take the machine's place at the relay. Empty:
// any. Errors: Errc::invalid, with the setting's name.
Result<void> check_shell_access(const std::string& session, const Secret& token,
                                const std::filesystem::path& token_file,
                                const uplink::ConnectionConfig& connection, std::string_view role);

}  // namespace relay::cli
