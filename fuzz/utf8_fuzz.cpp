// SPDX-License-Identifier: Apache-2.0
// The check gives the same answer whether text comes whole or byte by byte.
#include "wire/utf8.hpp"

#include <cstdlib>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    relay::wire::Utf8Check check;
    bool valid = true;
    for (std::size_t i = 0; i < size && valid; ++i) valid = check.feed(std::span(data + i, 1));
    if ((valid && check.complete()) != relay::wire::is_utf8(std::span(data, size))) std::abort();
    return 0;
}
