// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace relay::host {

// Errc::invalid, "WHAT: WHY", where `what` is a field of a rule.
std::unexpected<Error> invalid(std::string_view what, std::string_view why);

// The name of a feed, stream or destination without one leading "/": letters, digits and - _ . in
// parts separated by "/". Not `all` or `deleteAll`, which mean every one in the API. The error
// begins with `what`.
Result<std::string> parse_name(std::string_view text, std::string_view what);

// Whether the name means every rule, in requests that delete.
inline bool is_all(std::string_view name) {
    return name == "all" || name == "deleteAll";
}

}  // namespace relay::host
