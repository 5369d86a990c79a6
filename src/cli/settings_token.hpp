// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/settings.hpp"

// Rows that `session token` and `shell token` share, with today's names. Each appends its rows.
namespace relay::cli {

void add_claim_settings(config::Schema& schema, TokenBasis& basis, std::string topic_help);
void add_signing_settings(config::Schema& schema, TokenBasis& basis);

}  // namespace relay::cli
