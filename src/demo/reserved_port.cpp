// SPDX-License-Identifier: Apache-2.0
#include "demo/reserved_port.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <fmt/format.h>

#include <utility>

namespace relay::demo {

using boost::asio::ip::tcp;

Result<ReservedPort> ReservedPort::take(boost::asio::io_context& context,
                                        const std::string& address) {
    boost::system::error_code error;
    const auto ip = boost::asio::ip::make_address(address, error);
    if (error) return fail(Errc::invalid, fmt::format("`{}` is not an IP address", address));
    tcp::acceptor bound(context);
    bound.open(ip.is_v6() ? tcp::v6() : tcp::v4(), error);
    if (!error) bound.set_option(boost::asio::socket_base::reuse_address(true), error);
    if (!error && ip.is_v6()) bound.set_option(boost::asio::ip::v6_only(false), error);
    if (!error) bound.bind(tcp::endpoint(ip, 0), error);
    if (error)
        return fail(Errc::unavailable,
                    fmt::format("cannot find a port on {}: {}", address, error.message()));
    const std::uint16_t number = bound.local_endpoint(error).port();
    return ReservedPort(std::move(bound), number);
}

}  // namespace relay::demo
