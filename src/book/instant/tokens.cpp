// SPDX-License-Identifier: Apache-2.0
#include "book/instant/tokens.hpp"

#include "auth/token.hpp"
#include "base/random.hpp"

#include <algorithm>
#include <utility>

namespace relay::book {
namespace {

using namespace std::chrono_literals;

// For clocks of others that are a little behind.
constexpr auto backdating = 1s;

// Times of tokens end in the year 2200, and the clock's in 2262.
constexpr std::chrono::seconds longest_memory{50LL * 365 * 86'400};

bool is_in(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

// Those of the class token that go along, then what it permits here.
std::vector<std::string> booking_scopes(const auth::Claims& class_claims) {
    std::vector<std::string> scopes;
    const auto add = [&](std::string_view scope) {
        if (!is_in(scopes, scope)) scopes.emplace_back(scope);
    };
    for (const std::string& scope : class_claims.scopes) {
        if (scope != "login:admin" && scope != "login:user") add(scope);
    }
    if (class_claims.has_scope("login:admin")) add("booking:admin");
    if (class_claims.has_scope("login:user")) add("booking:user");
    return scopes;
}

}  // namespace

Tokens::Tokens(Settings settings, auth::KeyRing keys)
    : settings_(std::move(settings)), keys_(std::move(keys)) {}

std::string Tokens::former_user(std::string_view token, WallTime now) const {
    if (token.empty()) return "";
    const auto tolerance = settings_.leeway + std::min(settings_.keep_user, longest_memory);
    const auto claims = auth::verify_token(token, keys_, now, tolerance);
    if (!claims || !claims->is_for(settings_.audience)) return "";
    // A token for something else that the same secret signed has another kind of subject.
    const bool is_of_booking =
        claims->has_scope("booking:user") || claims->has_scope("booking:admin");
    return is_of_booking ? claims->subject : "";
}

auth::Claims Tokens::booking_claims(const auth::Claims& class_claims,
                                    std::vector<std::string> pools, std::string_view former_token,
                                    WallTime now) const {
    now = std::chrono::floor<std::chrono::seconds>(now);
    auth::Claims claims;
    claims.audience = class_claims.audience;
    claims.expires = now + settings_.login_time;
    claims.not_before = claims.issued_at = now - backdating;
    claims.scopes = booking_scopes(class_claims);
    claims.groups = class_claims.groups;
    claims.pools = std::move(pools);
    claims.max_sessions = class_claims.max_sessions;
    claims.subject = former_user(former_token, now);
    if (claims.subject.empty()) claims.subject = random_uuid();
    return claims;
}

Result<Secret> Tokens::sign_booking(const auth::Claims& claims) const {
    auto token = auth::sign_token(claims, settings_.secret);
    if (token && token->reveal().size() > auth::token_size_limit)
        return fail(Errc::limit, "the token would be too long to be accepted");
    return token;
}

Result<Secret> Tokens::stream_token(const booking::Booking& booking, const booking::Stream& stream,
                                    WallTime now) const {
    auth::Claims claims;
    claims.audience = {stream.topic.audience};
    claims.expires = booking.time.end;
    // A clock that was set back must not put it into the future.
    claims.not_before = claims.issued_at = std::min(WallTime(booking.time.start), now) - backdating;
    claims.topic = stream.topic.name;
    claims.prefix = stream.connection_type;
    claims.scopes = stream.scopes;
    claims.booking_id = booking.name;
    return auth::sign_token(claims, settings_.relay_secret);
}

}  // namespace relay::book
