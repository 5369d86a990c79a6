// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace relay {

// All randomness is from the operating system's generator by OpenSSL; failure ends the process,
// since nothing secure can be done without.
void fill_random(std::span<std::uint8_t> bytes);

// Text of a random (version 4) UUID, RFC 9562 §5.4: one-time codes and connection ids.
std::string random_uuid();

// Uniform in [0, 1), for jitter.
double random_fraction();

}  // namespace relay
