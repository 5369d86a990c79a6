// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace relay::load {

// What processes had used up to a moment, from /proc (proc(5)); sums over all of them. A process
// that cannot be read counts as nothing.
struct ProcessSample {
    double cpu_seconds = 0;   // all threads, to the nanosecond; falls back to user + system
    double user_seconds = 0;  // in steps of the kernel's tick
    double system_seconds = 0;
    std::uint64_t resident = 0;  // bytes
    std::uint64_t threads = 0;
};
ProcessSample sample_processes(std::span<const int> processes);

// Only their resident memory, which is cheap enough to be asked for many times a second.
std::uint64_t resident_memory(std::span<const int> processes);

// CPU time of this process.
double own_cpu_seconds();

}  // namespace relay::load
