// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "net/url.hpp"

#include <filesystem>
#include <string_view>

namespace relay::uplink {

// Where an uplink leads: an http(s) access URL with a token, or a ws(s) URL dialled directly.
struct Target {
    net::Url url;
    Secret token;                      // or:
    std::filesystem::path token_file;  // read anew for each connection, so that it can be renewed

    bool is_direct() const { return url.is_websocket(); }
};

// Errc::invalid, with the reason, for a malformed URL, an access URL without a token or with both
// a token and a file, and a direct URL with either.
Result<Target> make_target(std::string_view url, Secret token, std::filesystem::path token_file);

// The token to present now. Errc::unavailable when the file cannot be read, Errc::invalid when it
// is empty or holds anything but one line of visible ASCII.
Result<Secret> current_token(const Target& target);

}  // namespace relay::uplink
