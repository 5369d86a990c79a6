// SPDX-License-Identifier: Apache-2.0
#include "host/control/origin.hpp"

#include "net/url.hpp"

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>

namespace relay::host {
namespace {

bool is_at_home(const net::Url& origin, std::string_view host_field) {
    if (origin.host == "localhost") return true;
    boost::system::error_code failure;
    const auto address = boost::asio::ip::make_address(origin.host, failure);
    if (failure) return false;
    return address.is_loopback() || origin.host_field() == host_field;
}

}  // namespace

bool is_foreign(const net::HttpRequest& request) {
    const auto origin = request.fields.find("Origin");
    if (!origin) {
        // A page's image or link carries no Origin, but browsers say where it comes from.
        const std::string_view site = request.fields["Sec-Fetch-Site"];
        return site == "cross-site";
    }
    const auto url = net::parse_url(*origin);
    return !url || !is_at_home(*url, request.fields["Host"]);
}

bool has_foreign_name(const net::HttpRequest& request) {
    const std::string_view host = request.fields["Host"];
    if (host.empty()) return false;  // no browser
    const auto url = net::parse_url(std::string("http://").append(host));
    if (!url) return true;
    boost::system::error_code failure;
    boost::asio::ip::make_address(url->host, failure);
    const bool is_name = failure.failed();
    return is_name && url->host.contains('.') && !url->host.ends_with(".localhost");
}

bool is_loopback(const std::string& address) {
    boost::system::error_code failure;
    const auto ip = boost::asio::ip::make_address(address, failure);
    if (failure) return false;
    if (ip.is_v6() && ip.to_v6().is_v4_mapped())
        return make_address_v4(boost::asio::ip::v4_mapped, ip.to_v6()).is_loopback();
    return ip.is_loopback();
}

}  // namespace relay::host
