// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "load/config.hpp"
#include "load/payload.hpp"

#include <cstdint>
#include <vector>

namespace relay::load {

class Publisher;
class Reader;

// Connections that verify each other; all of them live on one thread.
struct Topic {
    std::uint32_t number;
    const Traffic& traffic;
    const Payload& payload;
    std::vector<Publisher*> publishers;
    std::vector<Reader*> readers;
};

}  // namespace relay::load
