// SPDX-License-Identifier: Apache-2.0
#include "net/trusted_proxies.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <netinet/in.h>
#include <optional>
#include <ranges>

namespace relay::net {
namespace {

constexpr std::string_view unix_item = "unix";
constexpr unsigned ipv4_prefix = 96;  // bits of ::ffff:0:0/96

std::optional<IpAddress> parse_address(std::string_view given) {
    const std::string text(given.substr(0, given.find('%')));  // without the scope of a link
    IpAddress address{};
    if (::inet_pton(AF_INET6, text.c_str(), address.data()) == 1) return address;
    if (::inet_pton(AF_INET, text.c_str(), address.data() + 12) != 1) return std::nullopt;
    std::fill(address.begin() + 10, address.begin() + 12, std::uint8_t{0xff});
    return address;
}

bool is_ipv4(const IpAddress& address) {
    return std::ranges::all_of(address.begin(), address.begin() + 10, [](auto b) { return !b; }) &&
           address[10] == 0xff && address[11] == 0xff;
}

std::string text_of(const IpAddress& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (is_ipv4(address))
        ::inet_ntop(AF_INET, address.data() + 12, text.data(), text.size());
    else
        ::inet_ntop(AF_INET6, address.data(), text.data(), text.size());
    return text.data();
}

// Some proxies write ports: `192.0.2.7:4711`, `[2001:db8::7]:4711`.
std::string_view without_port(std::string_view entry) {
    if (entry.starts_with('[')) return entry.substr(1, entry.find(']') - 1);
    const auto colon = entry.find(':');
    return colon == entry.rfind(':') ? entry.substr(0, colon) : entry;
}

std::unexpected<Error> not_a_network() {
    return fail(Errc::invalid,
                "expected addresses and networks, as 192.0.2.1, 10.0.0.0/8 or 2001:db8::/32, or "
                "unix");
}

}  // namespace

Result<TrustedProxies::Network> TrustedProxies::parse_network(std::string_view item) {
    const auto slash = item.find('/');
    const auto address = parse_address(item.substr(0, slash));
    if (!address || item.contains('%')) return not_a_network();
    if (slash == item.npos) return Network{*address, 128};
    const bool short_form = !item.substr(0, slash).contains(':');  // counts from IPv4's first bit
    const std::string_view length = item.substr(slash + 1);
    unsigned bits = 0;
    const char* end = length.data() + length.size();
    const auto [stop, problem] = std::from_chars(length.data(), end, bits);
    if (problem != std::errc() || stop != end || bits > (short_form ? 32u : 128u))
        return not_a_network();
    return Network{*address, short_form ? ipv4_prefix + bits : bits};
}

Result<TrustedProxies> TrustedProxies::parse(std::span<const std::string> items) {
    TrustedProxies proxies;
    for (const std::string& item : items) {
        proxies.items_.push_back(item);
        if (item == unix_item) {
            proxies.trusts_unix_ = true;
            continue;
        }
        const auto network = parse_network(item);
        if (!network) return std::unexpected(network.error());
        proxies.networks_.push_back(*network);
    }
    return proxies;
}

TrustedProxies TrustedProxies::on_this_machine() {
    const std::vector<std::string> items{"127.0.0.0/8", "::1", std::string(unix_item)};
    return parse(items).value();
}

bool TrustedProxies::holds(const IpAddress& address) const {
    return std::ranges::any_of(networks_, [&](const Network& network) {
        const unsigned whole = network.bits / 8, rest = network.bits % 8;
        if (std::memcmp(address.data(), network.address.data(), whole) != 0) return false;
        return rest == 0 || (address[whole] ^ network.address[whole]) >> (8 - rest) == 0;
    });
}

bool TrustedProxies::trusts(std::string_view peer) const {
    if (peer == unix_item) return trusts_unix_;
    const auto address = parse_address(peer);
    return address && holds(*address);
}

std::string TrustedProxies::client_of(std::string peer, const HttpFields& fields) const {
    const auto entries = fields.elements("X-Forwarded-For");
    if (entries.empty() || !trusts(peer)) return peer;
    std::string client = std::move(peer);
    for (const std::string_view entry : entries | std::views::reverse) {
        const auto address = parse_address(without_port(entry));
        if (!address) break;
        client = text_of(*address);
        if (!holds(*address)) break;
    }
    return client;
}

}  // namespace relay::net
