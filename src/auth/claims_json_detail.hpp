// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "auth/claims.hpp"
#include "base/error.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace relay::auth {

// A JSON object from outside: well-formed UTF-8, no name twice at its top level, nesting bounded,
// numbers within a double. `what` names it in the error, which holds nothing of the text.
Result<nlohmann::json> parse_json_object(std::string_view text, std::string_view what);

// The payload of a token, of which only the types are checked here, not the times.
Result<Claims> parse_claims(std::string_view text);

// The payload for these claims. Text that is no UTF-8 is refused (Errc::invalid).
Result<std::string> format_claims(const Claims& claims);

// Compact JSON. Text that is no UTF-8 is refused (Errc::invalid).
Result<std::string> format_json(const nlohmann::json& value);

}  // namespace relay::auth
