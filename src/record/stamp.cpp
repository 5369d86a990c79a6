// SPDX-License-Identifier: Apache-2.0
#include "record/stamp.hpp"

#include "base/time_text.hpp"

#include <fmt/format.h>

namespace relay::record {

std::string stamp(WallTime time, wire::MessageType type, std::size_t size) {
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    const auto fraction = std::chrono::duration_cast<std::chrono::microseconds>(time - second);
    std::string text = format_time(second);
    text.pop_back();  // the Z
    const char* const name = type == wire::MessageType::text ? "text" : "binary";
    return fmt::format("{}.{:06}Z {} {}\n", text, fraction.count(), name, size);
}

}  // namespace relay::record
