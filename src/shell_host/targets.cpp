// SPDX-License-Identifier: Apache-2.0
#include "shell_host/targets.hpp"

#include <boost/asio/ip/address_v6.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace relay::shell_host {
namespace {

constexpr std::string_view letters_of_names =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 64 &&
           text.find_first_not_of(letters_of_names) == std::string_view::npos;
}

bool is_ipv6(std::string_view text) {
    boost::system::error_code failure;
    boost::asio::ip::make_address_v6(std::string(text), failure);
    return !failure;
}

// Also an IPv4 address.
bool is_host_name(std::string_view text) {
    return !text.empty() && text.size() <= 253 &&
           text.find_first_not_of(letters_of_names) == std::string_view::npos;
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
    std::uint16_t port = 0;
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, port);
    if (error != std::errc() || rest != end || port == 0) return std::nullopt;
    return port;
}

// `host:port` or `[IPv6]:port`; the error says what is wrong with it.
Result<TargetAddress> parse_address(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return fail(Errc::invalid, "the port is missing");
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return fail(Errc::invalid, "the port is not a number within 1..65535");
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
        if (!is_ipv6(host)) return fail(Errc::invalid, "no IPv6 address stands in the brackets");
    } else if (!is_host_name(host)) {
        return fail(Errc::invalid, host.contains(':') ? "an IPv6 address needs brackets"
                                                      : "the host is not a name or an address");
    }
    return TargetAddress{std::string(host), *port};
}

Result<void> add_target(Targets& targets, std::string_view text) {
    const auto equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    if (equals == std::string_view::npos) return fail(Errc::invalid, "must be NAME=HOST:PORT");
    if (!is_name(name))
        return fail(Errc::invalid, "a name is 1 to 64 of A-Z a-z 0-9 . _ - and stands before =");
    auto address = parse_address(text.substr(equals + 1));
    if (!address) return std::unexpected(address.error());
    if (!targets.add(std::string(name), std::move(*address)))
        return fail(Errc::invalid, "the name comes twice");
    return {};
}

}  // namespace

std::string TargetAddress::text() const {
    return fmt::format(fmt::runtime(host.contains(':') ? "[{}]:{}" : "{}:{}"), host, port);
}

bool Targets::add(std::string name, TargetAddress address) {
    return named_.emplace(std::move(name), std::move(address)).second;
}

const TargetAddress* Targets::find(std::string_view name) const {
    if (name.empty()) return &usual_;
    const auto found = named_.find(name);
    return found == named_.end() ? nullptr : &found->second;
}

Result<Targets> parse_targets(const Config& config) {
    if (config.local_port == 0) return fail(Errc::invalid, "local-port: must be within 1..65535");
    Targets targets({"localhost", config.local_port});
    for (const std::string& text : config.targets)
        if (const auto added = add_target(targets, text); !added)
            return fail(Errc::invalid, "target: " + text + ": " + added.error().detail);
    return targets;
}

}  // namespace relay::shell_host
