// SPDX-License-Identifier: Apache-2.0
#include "book/request_counts.hpp"

namespace relay::book {

void RequestCounts::add(std::string_view method, std::string_view pattern, int status) {
    Key key{method, pattern, status};
    const std::lock_guard lock(mutex_);
    ++counts_[std::move(key)];
}

std::map<RequestCounts::Key, std::uint64_t> RequestCounts::all() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

}  // namespace relay::book
