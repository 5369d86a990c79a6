// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/failure_log.hpp"

#include "base/log.hpp"

namespace relay::booking_sqlite {

bool FailureLog::may_tell(Time now) const {
    return !told_ || now - *told_ >= std::chrono::minutes(1);
}

void FailureLog::note(const std::optional<std::string>& failure, Time now) {
    if (!failure && failing_) {
        failing_ = false;
        log::warn(ends_);
    }
    if (failure && !failing_ && may_tell(now)) {
        failing_ = true;
        told_ = now;
        log::error(begins_, {{"reason", *failure}});
    }
}

}  // namespace relay::booking_sqlite
