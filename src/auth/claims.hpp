// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace relay::auth {

// What a verified token says; a value. Names on the wire are in docs/token.md. An absent claim is
// empty; only `exp` is always there.
struct Claims {
    std::vector<std::string> audience;  // aud
    WallTime expires{};                 // exp
    std::optional<WallTime> not_before, issued_at;
    std::string topic;
    std::string prefix;  // kind of connection: "session" or "shell"
    std::vector<std::string> scopes;
    std::string booking_id;
    std::string topic_salt;  // for the shell relay, as is alert_host
    bool alert_host = false;
    std::string subject;
    // For booking servers:
    std::vector<std::string> groups;            // names
    std::vector<std::string> pools;             // ids
    std::optional<std::uint32_t> max_sessions;  // at one time

    bool has_scope(std::string_view scope) const {
        return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
    }
    // Exact comparison, case and trailing slash included.
    bool is_for(std::string_view host) const {
        return std::find(audience.begin(), audience.end(), host) != audience.end();
    }
};

}  // namespace relay::auth
