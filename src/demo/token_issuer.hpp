// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace relay::demo {

// Makes what an operator makes once: the experiment's own tokens for the relay, and class tokens
// for the booking server. Those of viewers come from the booking server. The secrets are random and
// die with the program. Immutable: for any thread.
class TokenIssuer {
public:
    // What the booking server must have as its audience. Nobody calls it by that name.
    static constexpr auto book_audience = "http://book.demo";
    static constexpr auto group = "everyone";

    // The relay's access address, which its tokens name.
    explicit TokenIssuer(std::string relay, WallClock clock = wall_clock());

    const std::string& relay() const { return relay_; }
    const Secret& relay_secret() const { return relay_secret_; }
    const Secret& book_secret() const { return book_secret_; }

    // A token for the session connection of a topic; scopes are "read" and "write".
    Result<Secret> issue(const std::string& topic, std::vector<std::string> scopes,
                         std::chrono::seconds lifetime) const;

    // A class token of `group`; the scope is "login:user" or "login:admin".
    Result<Secret> issue_class_token(const std::string& scope, std::chrono::seconds lifetime) const;

private:
    std::string relay_;
    WallClock clock_;
    Secret relay_secret_, book_secret_;
};

}  // namespace relay::demo
