// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace relay::net {

// An absolute http, https, ws or wss URL (RFC 3986, RFC 6455 §3), taken apart for a client.
// A plain value. `target` may hold a one-time code: log `without_query()`, never the whole.
struct Url {
    std::string scheme;      // lower case
    std::string host;        // a name or an address; IPv6 without its brackets
    std::uint16_t port = 0;  // the scheme's default when the text names none
    std::string target;      // path and query as given, still escaped; begins with "/"

    bool is_secure() const { return scheme == "https" || scheme == "wss"; }
    bool is_websocket() const { return scheme == "ws" || scheme == "wss"; }

    // The Host field (RFC 9110 §7.2): brackets around IPv6, the port only when not the default.
    std::string host_field() const;
    // For logs and for status pages.
    std::string without_query() const;
};

// Errc::invalid for other schemes, relative references, no host, a port outside 1..65535, and for
// `user:password@`, since credentials in a URL end up in logs. The text of the error never repeats
// the URL. A fragment is dropped.
Result<Url> parse_url(std::string_view text);

}  // namespace relay::net
