// SPDX-License-Identifier: Apache-2.0
#include "load/process_sample.hpp"

#include <gtest/gtest.h>

#include <array>
#include <unistd.h>
#include <vector>

namespace relay::load {
namespace {

TEST(ProcessSample, of_this_process_grows_with_the_memory_it_touches) {
    const std::array processes{static_cast<int>(::getpid())};
    const auto before = sample_processes(processes);
    constexpr std::size_t size = 64 << 20;
    const std::vector<char> memory(size, 1);
    const auto after = sample_processes(processes);
    EXPECT_GE(after.resident - before.resident, size - (4 << 20));
    EXPECT_LE(after.resident - before.resident, 8 * size);  // sanitizers keep shadows of it
    EXPECT_EQ(memory.back(), 1);
    EXPECT_GE(after.threads, 1U);
}

TEST(ProcessSample, of_this_process_counts_the_time_it_computes) {
    const std::array processes{static_cast<int>(::getpid())};
    const double before = sample_processes(processes).cpu_seconds;
    const double own_before = own_cpu_seconds();
    while (own_cpu_seconds() < own_before + 0.2) continue;
    const double used = sample_processes(processes).cpu_seconds - before;
    EXPECT_GE(used, 0.19);
    EXPECT_LE(used, 0.4);
}

TEST(ProcessSample, of_no_process_is_zero) {
    EXPECT_EQ(sample_processes({}).resident, 0U);
    const std::array absent{4'194'304};
    EXPECT_EQ(sample_processes(absent).resident, 0U);
    EXPECT_EQ(sample_processes(absent).cpu_seconds, 0);
    EXPECT_EQ(resident_memory(absent), 0U);
}

}  // namespace
}  // namespace relay::load
