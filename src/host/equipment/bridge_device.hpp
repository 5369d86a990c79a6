// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "host/equipment/bridge.hpp"
#include "host/equipment/equipment_program.hpp"
#include "net/byte_stream.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <stop_token>
#include <string>

namespace relay::host {

// What a bridge joins to its feed, while it is open.
struct BridgeDevice {
    std::unique_ptr<EquipmentProgram> program;  // when it is one
    std::unique_ptr<net::ByteStream> stream;    // ends before the program
};

// Opens what the rule names. Errc::unavailable, or what process::Child::start says, when it cannot
// be had now. Ends early, with an error, on `stop`. On the context's thread.
boost::asio::awaitable<Result<BridgeDevice>> open_device(boost::asio::io_context& context,
                                                         const BridgeRule& rule,
                                                         const BridgeSettings& settings,
                                                         std::stop_token stop);

// What the rule joins to its feed, for people: a path, HOST:PORT, or a program.
std::string device_name(const BridgeRule& rule);

struct HostAndPort {
    std::string host;  // IPv6 without its brackets
    std::uint16_t port = 0;
};
// HOST:PORT or [IPv6]:PORT. Errc::invalid with the reason.
Result<HostAndPort> parse_host_and_port(const std::string& text);

}  // namespace relay::host
