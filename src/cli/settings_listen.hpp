// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/setting.hpp"
#include "net/trusted_proxies.hpp"

#include <chrono>
#include <string>

// Rows that all servers share: the relays and the booking server.
namespace relay::cli {

config::Setting listen_setting(std::string& address);
config::Setting trusted_proxy_setting(net::TrustedProxies& proxies);
config::Setting leeway_setting(std::chrono::seconds& leeway);

}  // namespace relay::cli
