// SPDX-License-Identifier: Apache-2.0
#include "auth/keyring.hpp"

#include <utility>

namespace relay::auth {

Result<KeyRing> KeyRing::make(Secret unnamed, const std::vector<Secret>& named) {
    KeyRing ring;
    if (unnamed.empty()) {
        return fail(Errc::invalid, "the secret is empty: anybody could sign tokens");
    }
    ring.warn_when_short(unnamed, "the secret");
    ring.unnamed_ = std::move(unnamed);
    for (const Secret& entry : named) {
        const std::string& text = entry.reveal();
        const std::size_t equals = text.find('=');
        // The text itself may be a secret whose name was forgotten, so it is not quoted.
        if (equals == std::string::npos || equals == 0) {
            return fail(Errc::invalid, "a key is not of the form kid=secret");
        }
        const std::string kid = text.substr(0, equals);
        Secret secret(text.substr(equals + 1));
        if (secret.empty()) return fail(Errc::invalid, "the secret of key '" + kid + "' is empty");
        ring.warn_when_short(secret, "the secret of key '" + kid + "'");
        if (!ring.named_.emplace(kid, std::move(secret)).second) {
            return fail(Errc::invalid, "key '" + kid + "' is given twice");
        }
    }
    return ring;
}

const Secret* KeyRing::find(std::string_view kid) const {
    const auto entry = named_.find(kid);
    return entry == named_.end() ? nullptr : &entry->second;
}

void KeyRing::warn_when_short(const Secret& secret, std::string_view whose) {
    constexpr std::size_t enough = 32;
    if (secret.reveal().size() >= enough) return;
    warnings_.push_back(std::string(whose) + " is shorter than 32 bytes and could be guessed");
}

}  // namespace relay::auth
