// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "wire/message.hpp"

#include <cstddef>
#include <string>

namespace relay::record {

// The line before a message in a stamped recording: time in UTC with microseconds, type, and size
// in bytes, as in `2026-11-22T10:19:10.250000Z text 12` and a line feed. The payload follows
// verbatim, and one more line feed, so that texts stay readable. Documented in
// docs/session-host.md.
std::string stamp(WallTime time, wire::MessageType type, std::size_t size);

}  // namespace relay::record
