// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/setting.hpp"
#include "server/config.hpp"

// Rows that `session relay` and `shell relay` share, with today's names. Each appends its rows.
namespace relay::cli {

void add_address_settings(config::Schema& schema, server::Config& config);
void add_key_settings(config::Schema& schema, server::Config& config);
void add_state_settings(config::Schema& schema, server::Config& config);
void add_peer_settings(config::Schema& schema, server::Config& config);
void add_stream_settings(config::Schema& schema, server::Config& config);

// Accepted, as in older versions, and without effect. Their names are the command's own.
void add_profiler_settings(config::Schema& schema, const std::string& prefix);

}  // namespace relay::cli
