// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "shell_host/config.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace relay::shell_host {

// Where a client's bytes go: a TCP server that this machine can reach.
struct TargetAddress {
    std::string host;  // a name or an address; IPv6 without its brackets
    std::uint16_t port = 0;

    std::string text() const;  // host:port, for logs
};

// The targets that clients may have, by name. A plain value; read on any thread.
class Targets {
public:
    explicit Targets(TargetAddress usual) : usual_(std::move(usual)) {}

    // False when the name is taken.
    [[nodiscard]] bool add(std::string name, TargetAddress address);

    // The usual one for an empty name; null for a name that is not in the list.
    const TargetAddress* find(std::string_view name) const;

private:
    TargetAddress usual_;
    std::map<std::string, TargetAddress, std::less<>> named_;
};

// config.local_port and config.targets. Errc::invalid, beginning with the setting and, of a target,
// its text, for a port of 0, a name that is not 1 to 64 of A-Z a-z 0-9 . _ - or that comes twice,
// and for anything that is not host:port.
Result<Targets> parse_targets(const Config& config);

}  // namespace relay::shell_host
