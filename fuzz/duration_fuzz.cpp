// SPDX-License-Identifier: Apache-2.0
// A duration that was read is read again from its own text; no text does harm.
#include "base/duration.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto duration = relay::parse_duration(text, std::chrono::milliseconds(1));
    if (!duration) return 0;
    if (duration->count() < 0) std::abort();
    const auto again =
        relay::parse_duration(relay::format_duration(*duration), std::chrono::hours(1));
    if (!again || *again != *duration) std::abort();
    return 0;
}
