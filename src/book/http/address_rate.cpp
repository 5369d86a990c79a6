// SPDX-License-Identifier: Apache-2.0
#include "book/http/address_rate.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cmath>
#include <netinet/in.h>
#include <utility>

namespace relay::book {
namespace {

// The network's part of an IPv6 address; others as they are, but short: they may come from a field
// that anybody can write.
std::string key_of(std::string_view address) {
    constexpr std::size_t longest = 64, network = 8;
    std::string text(address.substr(0, longest));
    in6_addr parsed{};
    if (::inet_pton(AF_INET6, text.c_str(), &parsed) != 1) return text;
    const auto* bytes = reinterpret_cast<const char*>(&parsed);
    // As a proxy that listens on both families may write them: all would be one network.
    if (IN6_IS_ADDR_V4MAPPED(&parsed)) return "." + std::string(bytes + 12, 4);
    return "[" + std::string(bytes, network);
}

}  // namespace

AddressRate::Bucket& AddressRate::bucket_of(std::string address, SteadyTime now) {
    if (const auto known = by_address_.find(address); known != by_address_.end()) {
        buckets_.splice(buckets_.begin(), buckets_, known->second);
        return buckets_.front();
    }
    if (buckets_.size() >= settings_.addresses) {
        by_address_.erase(buckets_.back().address);
        buckets_.pop_back();
    }
    buckets_.push_front({address, settings_.burst, now});
    by_address_.emplace(std::move(address), buckets_.begin());
    return buckets_.front();
}

std::optional<std::chrono::seconds> AddressRate::wait_of(std::string_view address, SteadyTime now) {
    if (settings_.rate <= 0) return std::nullopt;
    const std::lock_guard lock(mutex_);
    Bucket& bucket = bucket_of(key_of(address), now);
    const double passed = std::chrono::duration<double>(now - bucket.filled).count();
    bucket.tokens =
        std::min(settings_.burst, bucket.tokens + std::max(0.0, passed) * settings_.rate);
    bucket.filled = now;
    if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return std::nullopt;
    }
    constexpr double longest = 3600;
    const double wait = std::min(longest, std::ceil((1 - bucket.tokens) / settings_.rate));
    return std::chrono::seconds(static_cast<std::int64_t>(wait));
}

}  // namespace relay::book
