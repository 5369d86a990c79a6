// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace relay::access {

// `<relay address>/<prefix>/<topic>?code=<code>`. What RFC 3986 §3.3 does not permit in a path is
// escaped; a slash in the topic stays, as clients of the reference expect.
std::string session_uri(std::string_view relay_address, std::string_view prefix,
                        std::string_view topic, std::string_view code);

}  // namespace relay::access
