// SPDX-License-Identifier: Apache-2.0
#include "hub/traffic.hpp"

#include <algorithm>

namespace relay::hub {

namespace {

std::int64_t second_of(SteadyTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

void Traffic::record(SteadyTime now, std::size_t bytes) {
    const std::int64_t second = second_of(now);
    if (current_.second != second) {
        if (current_.second >= 0)
            earlier_[static_cast<std::size_t>(current_.second % window.count())] = current_;
        current_ = {second, 0, 0};
    }
    ++current_.messages;
    current_.bytes += bytes;
    ++messages_;
    bytes_ += bytes;
    last_ = now;
}

Traffic::Figures Traffic::figures(SteadyTime now, SteadyTime since) const {
    Figures figures{.messages = messages_, .bytes = bytes_};
    if (messages_ == 0) return figures;
    figures.age = now - last_;
    // The oldest bucket begins at a whole second, so the window spans nine to ten seconds.
    const std::int64_t oldest = second_of(now) - window.count() + 1;
    std::uint64_t messages = 0, bytes = 0;
    const auto add = [&](const Bucket& bucket) {
        if (bucket.second < oldest) return;
        messages += bucket.messages;
        bytes += bucket.bytes;
    };
    add(current_);
    for (const Bucket& bucket : earlier_) add(bucket);
    if (messages == 0) return figures;
    const SteadyTime start = std::max(SteadyTime(std::chrono::seconds(oldest)), since);
    const double span = std::max(std::chrono::duration<double>(now - start).count(), 1.0);
    figures.messages_per_second = static_cast<double>(messages) / span;
    figures.mean_size = static_cast<double>(bytes) / static_cast<double>(messages);
    return figures;
}

}  // namespace relay::hub
