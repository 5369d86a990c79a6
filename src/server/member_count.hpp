// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace relay::server {

// How many connections there are, for one who waits until all have ended. Any thread; touched at
// join and leave only.
class MemberCount {
public:
    // Counts one for as long as this lives.
    class Member {
    public:
        explicit Member(MemberCount& count) : count_(count) { count_.add(); }
        ~Member() { count_.subtract(); }
        Member(const Member&) = delete;
        Member& operator=(const Member&) = delete;

    private:
        MemberCount& count_;
    };

    // Whether all left within the time.
    bool wait_for_none(std::chrono::milliseconds most) {
        std::unique_lock lock(mutex_);
        return none_.wait_for(lock, most, [this] { return count_ == 0; });
    }

private:
    void add() {
        const std::lock_guard lock(mutex_);
        ++count_;
    }
    void subtract() {
        const std::lock_guard lock(mutex_);
        if (--count_ == 0) none_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable none_;
    std::size_t count_ = 0;
};

}  // namespace relay::server
