// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "wire/message.hpp"

#include <string>
#include <string_view>

namespace relay::client {

// RFC 3339 with as many decimals as say something, nine at most, in the machine's zone: as the
// original's log, whose readers split at `] `.
std::string format_log_time(WallTime time);

// What a log, a filter and a condition see of a message: text as it is, binary as base64.
std::string content_of(const wire::Message& message);

// `[<time>] <content>` and LF.
std::string log_line(WallTime time, std::string_view content);

}  // namespace relay::client
