// SPDX-License-Identifier: Apache-2.0
#include "auth/token.hpp"

#include "auth/claims_json_detail.hpp"
#include "auth/hmac_detail.hpp"
#include "base/base64.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <utility>

namespace relay::auth {
namespace {

std::unexpected<Error> refuse(std::string reason) {
    return fail(Errc::unauthorized, "token invalid: " + std::move(reason));
}

// The scheme's case does not matter (RFC 9110 §11.1).
std::string_view without_bearer(std::string_view text) {
    constexpr std::string_view scheme = "bearer ";
    if (text.size() < scheme.size()) return text;
    for (std::size_t index = 0; index < scheme.size(); ++index) {
        const char character = text[index];
        const bool upper = character >= 'A' && character <= 'Z';
        if ((upper ? character - 'A' + 'a' : character) != scheme[index]) return text;
    }
    return text.substr(scheme.size());
}

struct Segments {
    std::string_view header, payload, signature;
    std::string_view signed_part;  // header, dot, payload
};

std::optional<Segments> split(std::string_view token) {
    const std::size_t first = token.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = token.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    if (token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
    return Segments{token.substr(0, first), token.substr(first + 1, second - first - 1),
                    token.substr(second + 1), token.substr(0, second)};
}

// What the header chooses: how the signature was made, and with which of our keys.
struct Method {
    const char* digest;
    const Secret* key;
};

// Nothing for `none`, for any other family, and for any other spelling (RFC 8725 §3.1).
const char* digest_of(const nlohmann::json& algorithm) {
    if (algorithm == "HS256") return "SHA256";
    if (algorithm == "HS384") return "SHA384";
    if (algorithm == "HS512") return "SHA512";
    return nullptr;
}

Result<Method> read_header(std::string_view segment, const KeyRing& keys) {
    const std::optional<std::string> text = base64url_decode(segment);
    if (!text) return refuse("header is not base64url");
    const auto header = parse_json_object(*text, "header");
    if (!header) return std::unexpected(header.error());

    const auto algorithm = header->find("alg");
    if (algorithm == header->end()) return refuse("alg is missing");
    const char* digest = digest_of(*algorithm);
    if (!digest) return refuse("alg is not HS256, HS384 or HS512");
    // It names extensions that must be understood; there are none here (RFC 7515 §4.1.11).
    if (header->contains("crit")) return refuse("crit is not supported");

    const auto kid = header->find("kid");
    if (kid == header->end()) return Method{digest, &keys.unnamed()};
    if (!kid->is_string()) return refuse("kid is not a string");
    const Secret* key = keys.find(kid->get_ref<const std::string&>());
    if (!key) return refuse("kid names no known key");
    return Method{digest, key};
}

Result<void> check_signature(const Segments& segments, const Method& method) {
    const std::optional<std::string> given = base64url_decode(segments.signature);
    if (!given) return refuse("signature is not base64url");
    const auto expected = hmac(method.digest, *method.key, segments.signed_part);
    if (!expected) return std::unexpected(expected.error());
    if (!equal_in_constant_time(*given, *expected)) return refuse("signature does not match");
    return {};
}

Result<void> check_times(const Claims& claims, WallTime now, std::chrono::seconds leeway) {
    if (now >= claims.expires + leeway) return refuse("expired");
    if (claims.not_before && now + leeway < *claims.not_before)
        return refuse("not valid yet (nbf)");
    if (claims.issued_at && now + leeway < *claims.issued_at) {
        return refuse("issued in the future (iat)");
    }
    return {};
}

}  // namespace

Result<Claims> verify_token(std::string_view token, const KeyRing& keys, WallTime now,
                            std::chrono::seconds leeway) {
    token = without_bearer(token);
    if (token.size() > token_size_limit) return refuse("longer than 16 KiB");
    const std::optional<Segments> segments = split(token);
    if (!segments) return refuse("not three segments");
    const auto method = read_header(segments->header, keys);
    if (!method) return std::unexpected(method.error());
    // Before the payload is looked at: only text of somebody with a key reaches its parser.
    const auto signature = check_signature(*segments, *method);
    if (!signature) return std::unexpected(signature.error());

    const std::optional<std::string> payload = base64url_decode(segments->payload);
    if (!payload) return refuse("payload is not base64url");
    auto claims = parse_claims(*payload);
    if (!claims) return claims;
    const auto times = check_times(*claims, now, leeway);
    if (!times) return std::unexpected(times.error());
    return claims;
}

Result<Secret> sign_token(const Claims& claims, const Secret& key, std::string_view kid) {
    if (key.empty()) return fail(Errc::invalid, "the secret to sign with is empty");
    nlohmann::json header = {{"alg", "HS256"}, {"typ", "JWT"}};
    if (!kid.empty()) header["kid"] = kid;
    const auto header_text = format_json(header);
    if (!header_text) return std::unexpected(header_text.error());
    const auto payload = format_claims(claims);
    if (!payload) return std::unexpected(payload.error());
    std::string token = base64url_encode(*header_text) + "." + base64url_encode(*payload);
    const auto signature = hmac("SHA256", key, token);
    if (!signature) return std::unexpected(signature.error());
    return Secret(token + "." + base64url_encode(*signature));
}

}  // namespace relay::auth
