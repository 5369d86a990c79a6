// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace relay::auth {

// The secrets that may have signed a token: one for tokens without `kid` header (RFC 7515 §4.1.4)
// and further ones by name, so that a secret can be replaced while tokens of the old one live on.
// Immutable: any thread may read it.
class KeyRing {
public:
    // `named` holds `kid=secret` each; the secret may hold further `=`. Refuses (Errc::invalid)
    // empty secrets and names, and a name given twice.
    static Result<KeyRing> make(Secret unnamed, const std::vector<Secret>& named = {});

    // The key for tokens without `kid`.
    const Secret& unnamed() const { return unnamed_; }
    // Null when there is no key of that name.
    const Secret* find(std::string_view kid) const;

    // What an operator should know: secrets that are too short to resist guessing (RFC 7518 §3.2).
    const std::vector<std::string>& warnings() const { return warnings_; }

private:
    KeyRing() = default;
    void warn_when_short(const Secret& secret, std::string_view whose);

    Secret unnamed_;
    std::map<std::string, Secret, std::less<>> named_;
    std::vector<std::string> warnings_;
};

}  // namespace relay::auth
