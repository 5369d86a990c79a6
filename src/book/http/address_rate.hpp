// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace relay::book {

// How often each address may do something: a token bucket for each (`burst` at once, then `rate`
// per second). Addresses of one IPv6 network of 64 bits count as one, since any of its machines may
// choose among them. Remembers the latest addresses only. Any thread.
class AddressRate {
public:
    struct Settings {
        double rate = 50;  // per second; 0: no limit
        double burst = 1000;
        std::size_t addresses = 10'000;  // remembered
    };
    explicit AddressRate(Settings settings) : settings_(settings) {}

    // Takes one if there is one; otherwise how long it takes until there is.
    std::optional<std::chrono::seconds> wait_of(std::string_view address, SteadyTime now);

private:
    struct Bucket {
        std::string address;
        double tokens;
        SteadyTime filled;
    };
    using Buckets = std::list<Bucket>;
    Bucket& bucket_of(std::string address, SteadyTime now);

    const Settings settings_;
    std::mutex mutex_;
    Buckets buckets_;  // the latest first
    std::unordered_map<std::string, Buckets::iterator> by_address_;
};

}  // namespace relay::book
