// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/caller.hpp"
#include "book/http/endpoint.hpp"

#include <chrono>
#include <expected>
#include <string>

namespace relay::book {

// Tells who makes a request, and whether an endpoint is for them (spec/booking-instant.md §2,
// §3.1). Every bad token is answered with 401. Immutable, for any thread.
class Callers {
public:
    Callers(auth::KeyRing keys, std::string audience, std::chrono::seconds leeway, WallClock clock)
        : check_(std::move(keys), std::move(audience), leeway, std::move(clock)) {}

    // No claims, and no look at the token, where anybody may call.
    std::expected<auth::Claims, net::HttpResponse> admit(const net::HttpRequest& request,
                                                         Access access) const;

private:
    const access::CallerCheck check_;
};

inline bool is_admin(const auth::Claims& claims) {
    return claims.has_scope("booking:admin");
}

}  // namespace relay::book
