// SPDX-License-Identifier: Apache-2.0
#include "host/control/origin.hpp"

#include "net/url.hpp"

#include <boost/asio/ip/address.hpp>

#include <string>

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

}  // namespace relay::host
