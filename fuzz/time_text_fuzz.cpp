// SPDX-License-Identifier: Apache-2.0
// A time that was read is read again, to the second, from its own text; no text does harm.
#include "base/time_text.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto time = relay::parse_time(text);
    if (!time) return 0;
    const auto again = relay::parse_time(relay::format_time(*time));
    if (!again || *again != std::chrono::floor<std::chrono::seconds>(*time)) std::abort();
    return 0;
}
