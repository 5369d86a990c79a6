// SPDX-License-Identifier: Apache-2.0
#include "host/feeds/ts_listener.hpp"

#include "host/feeds/name.hpp"
#include "host/feeds/ts_listener_detail.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace relay::host {
namespace {

Result<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return fail(Errc::invalid, "the port is not a number from 0 to 65535");
    return port;
}

Result<std::string> parse_ip(std::string_view text) {
    const bool bracketed = text.starts_with('[') && text.ends_with(']');
    if (bracketed) text = text.substr(1, text.size() - 2);
    if (text == "localhost") return "127.0.0.1";
    boost::system::error_code error;
    const auto ip = boost::asio::ip::make_address(std::string(text), error);
    if (error || ip.is_v6() != bracketed)
        return fail(Errc::invalid, "the address is no IPv4 address and no IPv6 one in brackets");
    return ip.to_string();
}

Result<TsAddress> parse(std::string_view text) {
    TsAddress parsed;
    if (text.starts_with("udp://"))
        parsed.protocol = TsAddress::Protocol::udp;
    else if (!text.starts_with("tcp://"))
        return fail(Errc::invalid, "it begins with neither tcp:// nor udp://");
    text.remove_prefix(6);
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return fail(Errc::invalid, "it names no /FEED");
    const std::string_view place = text.substr(0, slash);
    const std::size_t colon = place.rfind(':');
    if (colon == std::string_view::npos) return fail(Errc::invalid, "it names no :PORT");
    const auto port = parse_port(place.substr(colon + 1));
    if (!port) return std::unexpected(port.error());
    auto ip = parse_ip(place.substr(0, colon));
    if (!ip) return std::unexpected(ip.error());
    auto feed = parse_name(text.substr(slash + 1), "feed");
    if (!feed) return std::unexpected(feed.error());
    parsed.port = *port;
    parsed.address = std::move(*ip);
    parsed.feed = std::move(*feed);
    return parsed;
}

}  // namespace

std::string TsAddress::text() const {
    const bool is_ipv6 = address.contains(':');
    return fmt::format("{}://{}{}{}:{}/{}", protocol == Protocol::tcp ? "tcp" : "udp",
                       is_ipv6 ? "[" : "", address, is_ipv6 ? "]" : "", port, feed);
}

Result<TsAddress> parse_ts_address(std::string_view text) {
    auto parsed = parse(text);
    if (parsed) return parsed;
    return fail(Errc::invalid, fmt::format("ts-listen: {}: {}", text, parsed.error().detail));
}

TsListeners::TsListeners(boost::asio::io_context& context, Feeds& feeds,
                         TsListenerSettings settings)
    : context_(context), feeds_(feeds), settings_(settings) {}

TsListeners::~TsListeners() {
    stop();
}

Result<void> TsListeners::listen(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
        auto address = parse_ts_address(text);
        if (!address) return std::unexpected(address.error());
        auto listener = open(std::move(*address));
        if (!listener)
            return fail(listener.error().code,
                        fmt::format("ts-listen: {}: {}", text, listener.error().detail));
        listeners_.push_back(std::move(*listener));
    }
    return {};
}

Result<std::shared_ptr<TsListeners::Listener>> TsListeners::open(TsAddress address) {
    auto feed = feeds_.obtain(address.feed, std::chrono::steady_clock::now());
    return address.protocol == TsAddress::Protocol::tcp
               ? listen_tcp(context_, std::move(address), std::move(feed), settings_)
               : listen_udp(context_, std::move(address), std::move(feed), settings_);
}

std::vector<std::string> TsListeners::addresses() const {
    std::vector<std::string> texts;
    for (const auto& listener : listeners_) texts.push_back(listener->address());
    return texts;
}

void TsListeners::stop() {
    for (const auto& listener : listeners_) listener->stop();
    listeners_.clear();
}

}  // namespace relay::host
