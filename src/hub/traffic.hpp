// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace relay::hub {

// What went one way over a connection, over the last ten seconds and in all. One bucket per second,
// so recording costs no allocation and no clock beyond the turn's. For one thread.
class Traffic {
public:
    static constexpr std::chrono::seconds window{10};

    void record(SteadyTime now, std::size_t bytes);

    struct Figures {
        double messages_per_second = 0;  // over the window, or since `since` when that is shorter
        double mean_size = 0;            // bytes, of the messages in the window
        std::optional<std::chrono::nanoseconds> age;  // of the last message; nothing: never one
        std::uint64_t messages = 0;                   // in all
        std::uint64_t bytes = 0;
    };
    Figures figures(SteadyTime now, SteadyTime since) const;

private:
    struct Bucket {
        std::int64_t second = -1;
        std::uint64_t messages = 0;
        std::uint64_t bytes = 0;
    };

    // What every message touches comes first, in one cache line: a fan-out goes over thousands.
    Bucket current_;
    SteadyTime last_{};
    std::uint64_t messages_ = 0;
    std::uint64_t bytes_ = 0;
    std::array<Bucket, window.count()> earlier_;  // by second modulo the window
};

}  // namespace relay::hub
