// SPDX-License-Identifier: Apache-2.0
#include "book/http/callers.hpp"

#include "book/http/reply.hpp"

#include <string_view>

namespace relay::book {
namespace {

// What the claims lack; empty when nothing.
std::string_view lack_of(const auth::Claims& claims, Access access) {
    if (claims.groups.empty() || claims.scopes.empty()) return "Token Missing Required Claims";
    const bool admin = is_admin(claims);
    const bool user = claims.has_scope("booking:user");
    const bool may_log_in = claims.has_scope("login:user") || claims.has_scope("login:admin");
    switch (access) {
        case Access::open:
            return "";
        case Access::login:
            return may_log_in ? "" : "Missing login:user or login:admin scope";
        case Access::user:
            return user ? "" : "Missing booking:user Scope";
        case Access::admin:
            return admin ? "" : "Missing booking:admin Scope";
        case Access::admin_or_user:
            return admin || user ? "" : "Missing booking:admin or booking:user Scope";
    }
    return "Token Claims Incorrect Type";
}

}  // namespace

std::expected<auth::Claims, net::HttpResponse> Callers::admit(const net::HttpRequest& request,
                                                              Access access) const {
    if (access == Access::open) return auth::Claims();
    auto claims = check_.identify(request);
    if (!claims) return std::unexpected(framework_error(401, 401, claims.error().detail));
    const std::string_view lack = lack_of(*claims, access);
    if (!lack.empty()) return std::unexpected(refusal(401, lack));
    return std::move(*claims);
}

}  // namespace relay::book
