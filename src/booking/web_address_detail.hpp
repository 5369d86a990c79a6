// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace relay::booking {

// Whether a text is an absolute http or https URL (RFC 3986) with a host and without credentials.
bool is_web_address(std::string_view text);

}  // namespace relay::booking
