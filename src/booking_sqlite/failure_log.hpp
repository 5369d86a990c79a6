// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace relay::booking_sqlite {

// Tells the log when a thread's database begins to fail and when it works again: not every request
// that fails, and where failures come and go, one each minute. For one thread.
class FailureLog {
public:
    using Time = std::chrono::steady_clock::time_point;

    // The messages, which are literals.
    FailureLog(std::string_view begins, std::string_view ends) : begins_(begins), ends_(ends) {}

    // After each piece of work: what the database said, if it failed.
    void note(const std::optional<std::string>& failure, Time now);

private:
    bool may_tell(Time now) const;

    std::string_view begins_, ends_;
    bool failing_ = false;      // as the log knows it
    std::optional<Time> told_;  // when it began last
};

}  // namespace relay::booking_sqlite
