// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace relay::cli {

// Scopes of the token of a role, as the original names them: host, client, stats, read, write or
// readwrite. Nothing for another name.
inline std::optional<std::vector<std::string>> scopes_of_role(std::string_view role) {
    if (role == "readwrite") return std::vector<std::string>{"read", "write"};
    for (const char* scope : {"host", "client", "stats", "read", "write"})
        if (role == scope) return std::vector<std::string>{scope};
    return std::nullopt;
}

}  // namespace relay::cli
