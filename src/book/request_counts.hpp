// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

namespace relay::book {

// How many requests were answered, by endpoint and status. Any thread may call.
class RequestCounts {
public:
    // Method, pattern of the path (not the path, which anybody can vary) and status.
    using Key = std::tuple<std::string, std::string, int>;

    // As Api::Observer: method and pattern are empty when there was no such endpoint.
    void add(std::string_view method, std::string_view pattern, int status);
    std::map<Key, std::uint64_t> all() const;

private:
    mutable std::mutex mutex_;
    std::map<Key, std::uint64_t> counts_;
};

}  // namespace relay::book
