// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace relay::demo {

// Makes the tokens of one run of the demo: in a laboratory the booking system does this. The secret
// is random and dies with the program. Immutable: for any thread.
class TokenIssuer {
public:
    // What the relay must have as its access address, since tokens name it.
    static constexpr auto audience = "http://relay.demo";

    explicit TokenIssuer(WallClock clock = wall_clock());

    const Secret& secret() const { return secret_; }

    // A token for the session connection of a topic; scopes are "read" and "write".
    Result<Secret> issue(const std::string& topic, std::vector<std::string> scopes,
                         std::chrono::seconds lifetime) const;

private:
    WallClock clock_;
    Secret secret_;
};

}  // namespace relay::demo
