// SPDX-License-Identifier: Apache-2.0
#include "cli/unverified_token.hpp"

#include "base/base64.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace relay::cli {
namespace {

// The claims, the second of three parts (RFC 7519).
std::optional<std::string> payload_of(std::string_view token) {
    const auto first = token.find('.');
    if (first == token.npos) return std::nullopt;
    const auto second = token.find('.', first + 1);
    if (second == token.npos) return std::nullopt;
    return base64url_decode(token.substr(first + 1, second - first - 1));
}

}  // namespace

std::optional<std::vector<std::string>> unverified_scopes(const Secret& token) {
    const auto payload = payload_of(token.reveal());
    if (!payload) return std::nullopt;
    const auto claims = nlohmann::json::parse(*payload, nullptr, /*allow_exceptions=*/false);
    if (!claims.is_object()) return std::nullopt;
    const auto listed = claims.find("scopes");
    if (listed == claims.end() || !listed->is_array()) return std::nullopt;
    std::vector<std::string> scopes;
    for (const auto& scope : *listed)
        if (const auto* text = scope.get_ptr<const std::string*>()) scopes.push_back(*text);
    return scopes;
}

}  // namespace relay::cli
