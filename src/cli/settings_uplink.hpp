// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/setting.hpp"
#include "uplink/connection_config.hpp"

namespace relay::cli {

// Appends the rows of ConnectionConfig, which every command that connects to relays has.
void add_uplink_settings(config::Schema& schema, uplink::ConnectionConfig& connection);

}  // namespace relay::cli
