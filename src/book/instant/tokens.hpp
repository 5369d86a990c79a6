// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "auth/claims.hpp"
#include "auth/keyring.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret.hpp"
#include "booking/session.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace relay::book {

// What the server gives out (spec/booking-instant.md §3): booking tokens for those who log in, and
// for each stream of a session a token for its relay. Immutable, for any thread.
class Tokens {
public:
    struct Settings {
        std::string audience;
        Secret secret;        // signs booking tokens
        Secret relay_secret;  // signs tokens of streams
        std::chrono::seconds leeway{0}, login_time{3600}, keep_user{365 * 86'400};
    };
    // The keys verify former booking tokens.
    Tokens(Settings settings, auth::KeyRing keys);

    const std::string& audience() const { return settings_.audience; }

    // What a booking token for the holder of this class token has to say. The user is that of the
    // former booking token, which may have expired not too long ago; a new one when that token is
    // foreign, broken, too old, or empty.
    auth::Claims booking_claims(const auth::Claims& class_claims, std::vector<std::string> pools,
                                std::string_view former_token, WallTime now) const;
    // Errc::limit for one that would be refused afterwards: of too many pools.
    Result<Secret> sign_booking(const auth::Claims& claims) const;

    // Ends with the session. The same for the same session, whenever it is made.
    Result<Secret> stream_token(const booking::Booking& booking, const booking::Stream& stream,
                                WallTime now) const;

private:
    std::string former_user(std::string_view token, WallTime now) const;

    const Settings settings_;
    const auth::KeyRing keys_;
};

}  // namespace relay::book
