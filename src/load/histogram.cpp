// SPDX-License-Identifier: Apache-2.0
#include "load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace relay::load {

std::size_t Histogram::bucket_of(std::uint64_t value) {
    if (value < per_octave) return static_cast<std::size_t>(value);
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - precision_bits - 1;
    return shift * per_octave + static_cast<std::size_t>(value >> shift);
}

std::uint64_t Histogram::highest_in(std::size_t bucket) {
    if (bucket < 2 * per_octave) return bucket;
    const std::size_t shift = bucket / per_octave - 1;
    const std::uint64_t mantissa = bucket - shift * per_octave;
    return ((mantissa + 1) << shift) - 1;
}

void Histogram::record(Duration value) {
    const auto amount = static_cast<std::uint64_t>(std::max<Duration::rep>(value.count(), 0));
    ++buckets_[bucket_of(amount)];
    ++count_;
    max_ = std::max(max_, amount);
}

void Histogram::merge(const Histogram& other) {
    for (std::size_t i = 0; i < bucket_count; ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
}

Histogram::Duration Histogram::percentile(double percent) const {
    if (count_ == 0) return Duration(0);
    constexpr double rounding = 1 - 1e-12;  // 99.9 % of 1000 are 999, not 999.0000000000001
    const double share = std::ceil(percent / 100.0 * static_cast<double>(count_) * rounding);
    const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(share), 1, count_);
    std::uint64_t passed = 0;
    for (std::size_t i = 0; i < bucket_count; ++i) {
        passed += buckets_[i];
        if (passed >= rank) return Duration(std::min(highest_in(i), max_));
    }
    return max();
}

}  // namespace relay::load
