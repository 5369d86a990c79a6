// SPDX-License-Identifier: Apache-2.0
#include "cli/public_address.hpp"

#include <boost/asio/ip/address.hpp>

namespace relay::cli {

bool is_public(const std::string& listen) {
    boost::system::error_code failure;
    const auto address = boost::asio::ip::make_address(listen, failure);
    return !failure && !address.is_loopback();
}

}  // namespace relay::cli
