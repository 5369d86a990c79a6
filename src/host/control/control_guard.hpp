// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"
#include "net/http_message.hpp"

#include <optional>
#include <string_view>

namespace relay::host {

// Whether a request to the path can be made without credentials: the feeds, for cameras and
// instruments, and whether the host is alive. The feed of commands is not among them.
bool is_open_to_all(std::string_view path);

// The answer to a request that does not carry the token (RFC 6750 §2.1; bare as well), 401; nothing
// when it does, or when none is asked for. Compares in constant time.
std::optional<net::HttpResponse> refuse_without(const Secret& token,
                                                const net::HttpRequest& request);

}  // namespace relay::host
