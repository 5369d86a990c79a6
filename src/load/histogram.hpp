// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace relay::load {

// Durations in buckets whose width grows with the value, so that every percentile is known to
// better than 1 % with constant memory. Durations below zero count as zero. One thread.
class Histogram {
public:
    using Duration = std::chrono::nanoseconds;

    void record(Duration value);
    void merge(const Histogram& other);

    std::uint64_t count() const { return count_; }
    Duration max() const { return Duration(max_); }

    // The smallest duration that at least `percent` of the recorded ones do not exceed (0 when
    // nothing was recorded), overstated by less than 1 % and never above max().
    Duration percentile(double percent) const;

private:
    // 128 buckets for each power of two from 128 ns on; below that, one for each nanosecond.
    static constexpr unsigned precision_bits = 7;
    static constexpr std::size_t per_octave = std::size_t{1} << precision_bits;
    static constexpr std::size_t bucket_count = (64 - precision_bits + 1) * per_octave;

    static std::size_t bucket_of(std::uint64_t value);
    static std::uint64_t highest_in(std::size_t bucket);

    std::vector<std::uint64_t> buckets_ = std::vector<std::uint64_t>(bucket_count);
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace relay::load
