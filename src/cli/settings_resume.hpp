// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/setting.hpp"

#include <chrono>
#include <cstddef>

namespace relay::cli {

// How long and how much a byte stream outlives its connection (docs/shell-protocol.md).
struct ResumeSettings {
    bool& resume;
    std::size_t& replay_buffer;
    std::chrono::milliseconds& give_up;
};

// Appends the rows, which `shell host` and `shell client` share.
void add_resume_settings(config::Schema& schema, ResumeSettings target);

}  // namespace relay::cli
