// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/settings.hpp"

// Rows that token commands share, with today's names. Each appends its rows.
namespace relay::cli {

void add_claim_settings(config::Schema& schema, TokenBasis& basis, std::string topic_help);
// Of class tokens, which name neither topic nor booking.
void add_class_claim_settings(config::Schema& schema, TokenBasis& basis);
void add_signing_settings(config::Schema& schema, TokenBasis& basis);

}  // namespace relay::cli
