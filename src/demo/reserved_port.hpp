// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>

namespace relay::demo {

// A free port that nobody else is given, so that its number is known before somebody listens on it:
// bound, but not listening, which lets a listener of this machine that sets SO_REUSEADDR bind it
// too. The listener has to be there before this object goes.
class ReservedPort {
public:
    // Errc::invalid for what is no IP address, Errc::unavailable when the system has no port.
    static Result<ReservedPort> take(boost::asio::io_context& context, const std::string& address);

    std::uint16_t number() const { return number_; }

private:
    using Acceptor = boost::asio::ip::tcp::acceptor;
    ReservedPort(Acceptor bound, std::uint16_t number)
        : bound_(std::move(bound)), number_(number) {}

    Acceptor bound_;
    std::uint16_t number_;
};

}  // namespace relay::demo
