// SPDX-License-Identifier: Apache-2.0
#include "net/proxy.hpp"

#include "base/base64.hpp"
#include "net/http_message.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace relay::net {
namespace {

namespace ip = boost::asio::ip;
using boost::system::error_code;

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& letter : lower)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return lower;
}

std::optional<ip::address> as_address(const std::string& host) {
    error_code error;
    const auto address = ip::make_address(host, error);
    if (error) return std::nullopt;
    return address;
}

bool is_loopback(const std::string& host) {
    const auto address = as_address(host);
    return address ? address->is_loopback() : host == "localhost" || host.ends_with(".localhost");
}

// RFC 7617; a user or password may hold %-escapes, for `@` and the like.
Result<Secret> basic_authorization(std::string_view user_info) {
    const auto colon = std::min(user_info.find(':'), user_info.size());
    const auto user = unescape(user_info.substr(0, colon));
    const auto password = unescape(user_info.substr(std::min(colon + 1, user_info.size())));
    if (!user || !password)
        return fail(Errc::invalid, "the proxy's user or password holds a malformed %-escape");
    const std::string credentials = *user + ":" + *password;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(credentials.data());
    return Secret("Basic " + base64_encode({bytes, credentials.size()}));
}

// One entry of no_proxy, taken apart. A port only counts as one when the rest is no IPv6 address.
struct Entry {
    std::string host;
    std::optional<std::uint16_t> port;
};

Entry split_port(std::string_view text) {
    const auto colon = text.rfind(':');
    const bool bracketed = text.starts_with('[');
    const bool one_colon = colon != text.npos && text.find(':') == colon;
    std::uint16_t port = 0;
    Entry entry{lower_case(text), std::nullopt};
    if (one_colon || (bracketed && colon != text.npos && text[colon - 1] == ']')) {
        const auto digits = text.substr(colon + 1);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), port);
        if (error == std::errc() && end == digits.data() + digits.size()) {
            entry.port = port;
            entry.host = lower_case(text.substr(0, colon));
        }
    }
    if (entry.host.starts_with("*.")) entry.host.erase(0, 1);
    if (entry.host.starts_with('[') && entry.host.ends_with(']'))
        entry.host = entry.host.substr(1, entry.host.size() - 2);
    return entry;
}

bool is_in_range(const ip::address& address, const std::string& range) {
    error_code error;
    if (address.is_v4()) {
        const auto network = ip::make_network_v4(range, error);
        if (error) return false;
        const auto canonical = network.canonical();
        return ip::make_network_v4(address.to_v4(), network.prefix_length()).canonical() ==
               canonical;
    }
    const auto network = ip::make_network_v6(range, error);
    if (error) return false;
    return ip::make_network_v6(address.to_v6(), network.prefix_length()).canonical() ==
           network.canonical();
}

bool matches(const Url& url, const std::string& host, const Entry& entry) {
    if (entry.port && *entry.port != url.port) return false;
    if (entry.host == "*") return true;
    if (const auto address = as_address(host)) {
        const auto listed = as_address(entry.host);
        return listed ? *listed == *address : is_in_range(*address, entry.host);
    }
    if (entry.host.starts_with('.')) return host.ends_with(entry.host);
    return host == entry.host || host.ends_with("." + entry.host);
}

bool is_reached_directly(const Url& url, std::string_view no_proxy) {
    constexpr std::string_view separators = ", \t\r\n";
    const std::string host = lower_case(url.host);
    if (is_loopback(host)) return true;
    for (auto start = no_proxy.find_first_not_of(separators); start != no_proxy.npos;
         start = no_proxy.find_first_not_of(separators, start)) {
        const auto end = std::min(no_proxy.find_first_of(separators, start), no_proxy.size());
        if (matches(url, host, split_port(no_proxy.substr(start, end - start)))) return true;
        start = end;
    }
    return false;
}

}  // namespace

Result<Proxy> parse_proxy(const Secret& secret) {
    std::string_view text = secret.reveal();
    if (const auto scheme = text.find("://"); scheme != text.npos) {
        if (lower_case(text.substr(0, scheme)) != "http")
            return fail(Errc::invalid, "the proxy must be an http:// one");
        text.remove_prefix(scheme + 3);
    }
    text = text.substr(0, text.find('/', text.rfind('@') == text.npos ? 0 : text.rfind('@')));
    Proxy proxy;
    if (const auto at = text.rfind('@'); at != text.npos) {
        auto authorization = basic_authorization(text.substr(0, at));
        if (!authorization) return std::unexpected(authorization.error());
        proxy.authorization = std::move(*authorization);
        text.remove_prefix(at + 1);
    }
    auto address = parse_url("http://" + std::string(text) + "/");
    if (!address) return fail(Errc::invalid, "the proxy's address is not http://host:port");
    proxy.address = std::move(*address);
    return proxy;
}

Result<std::optional<Proxy>> choose_proxy(const Url& url, const ProxySettings& settings) {
    const Secret& own = url.is_secure() ? settings.https : settings.http;
    const Secret& address = own.empty() ? settings.all : own;
    if (address.empty() || is_reached_directly(url, settings.no_proxy))
        return std::optional<Proxy>();
    auto proxy = parse_proxy(address);
    if (!proxy) return std::unexpected(proxy.error());
    return std::optional(std::move(*proxy));
}

}  // namespace relay::net
