// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "net/http_message.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace relay::net {

using IpAddress = std::array<std::uint8_t, 16>;  // IPv4 as IPv6: ::ffff:192.0.2.1

// The proxies whose word is taken for where a request comes from: anybody else may write into
// X-Forwarded-For what he likes. A value; any thread.
class TrustedProxies {
public:
    TrustedProxies() = default;  // nobody

    // Each item is an address (`192.0.2.1`, `2001:db8::1`), a network (`10.0.0.0/8`), or `unix`:
    // who comes by a socket of this machine. Errc::invalid says what was expected.
    static Result<TrustedProxies> parse(std::span<const std::string> items);
    static TrustedProxies on_this_machine();  // loopback addresses and `unix`

    // Where a request of that peer comes from; a peer is an address, or `unix`. When it is trusted:
    // the last entry of X-Forwarded-For that is no trusted proxy's, or the first when all are, as
    // each proxy adds to the end whom it was called by. An entry that is no address ends the chain.
    std::string client_of(std::string peer, const HttpFields& fields) const;

    const std::vector<std::string>& items() const { return items_; }

private:
    struct Network {
        IpAddress address;
        unsigned bits;  // that count
    };
    static Result<Network> parse_network(std::string_view item);
    bool holds(const IpAddress& address) const;
    bool trusts(std::string_view peer) const;

    std::vector<std::string> items_;
    std::vector<Network> networks_;
    bool trusts_unix_ = false;
};

}  // namespace relay::net
