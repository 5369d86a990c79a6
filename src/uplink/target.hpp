// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "net/url.hpp"

#include <filesystem>
#include <string_view>
#include <vector>

namespace relay::uplink {

// Where an uplink leads: http(s) access URLs with a token, or ws(s) URLs dialled directly. Several
// URLs are relays that stand in for each other.
struct Target {
    std::vector<net::Url> urls;        // at least one; all are direct or none is
    Secret token;                      // or:
    std::filesystem::path token_file;  // read anew for each connection, so that it can be renewed

    bool is_direct() const { return urls.front().is_websocket(); }
};

// `urls` holds one URL or several, with white space between them. Errc::invalid, with the reason,
// for none or a malformed one, access and direct URLs together, access URLs without a token or with
// both a token and a file, and direct URLs with either.
Result<Target> make_target(std::string_view urls, Secret token, std::filesystem::path token_file);

// The token to present now. Errc::unavailable when the file cannot be read, Errc::invalid when it
// is empty or holds anything but one line of visible ASCII.
Result<Secret> current_token(const Target& target);

}  // namespace relay::uplink
