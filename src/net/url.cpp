// SPDX-License-Identifier: Apache-2.0
#include "net/url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <charconv>
#include <optional>

namespace relay::net {
namespace {

std::optional<std::uint16_t> default_port(std::string_view scheme) {
    if (scheme == "http" || scheme == "ws") return std::uint16_t{80};
    if (scheme == "https" || scheme == "wss") return std::uint16_t{443};
    return std::nullopt;
}

std::string_view as_view(boost::urls::string_view text) {
    return {text.data(), text.size()};
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& letter : lower)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return lower;
}

// Nothing when it is not within 1..65535. Boost.URL 1.81 takes 99999 for 9999.
std::optional<std::uint16_t> port_of(std::string_view digits) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size() || port == 0)
        return std::nullopt;
    return port;
}

std::string target_of(const boost::urls::url_view& view) {
    std::string target(as_view(view.encoded_path()));
    if (target.empty()) target = "/";
    if (view.has_query()) target.append("?").append(as_view(view.encoded_query()));
    return target;
}

}  // namespace

std::string Url::host_field() const {
    const bool is_ipv6 = host.contains(':');
    std::string field = is_ipv6 ? "[" + host + "]" : host;
    if (port != default_port(scheme)) field += ":" + std::to_string(port);
    return field;
}

std::string Url::without_query() const {
    return scheme + "://" + host_field() + target.substr(0, target.find('?'));
}

Result<Url> parse_url(std::string_view text) {
    const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
    if (!parsed) return fail(Errc::invalid, "not an absolute URL");
    const boost::urls::url_view& view = *parsed;

    Url url;
    url.scheme = lower_case(as_view(view.scheme()));
    const auto usual_port = default_port(url.scheme);
    if (!usual_port) return fail(Errc::invalid, "a URL must begin with http, https, ws or wss");
    if (view.has_userinfo())
        return fail(Errc::invalid, "a URL must not hold a user name or password");
    url.host = view.host_address();
    if (url.host.empty()) return fail(Errc::invalid, "the URL names no host");
    if (url.host.find_first_of(std::string_view("\0\r\n \t/@", 7)) != std::string::npos)
        return fail(Errc::invalid, "the URL's host holds an impossible character");
    if (!view.has_port() || view.port().empty()) {
        url.port = *usual_port;
    } else {
        const auto port = port_of(as_view(view.port()));
        if (!port) return fail(Errc::invalid, "the URL's port is not within 1..65535");
        url.port = *port;
    }
    url.target = target_of(view);
    // Boost.URL 1.81 takes "a.test:12x" for port 12 and path "x".
    if (!url.target.starts_with('/')) return fail(Errc::invalid, "the URL's port is not a number");
    return url;
}

}  // namespace relay::net
