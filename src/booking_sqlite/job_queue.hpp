// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace relay::booking_sqlite {

// From any thread to the one that takes, in order. Bounded by those who call: each waits for its
// answer.
template <class Job>
class JobQueue {
public:
    // Hands the job back once closed.
    [[nodiscard]] std::optional<Job> put(Job job) {
        const std::lock_guard lock(mutex_);
        if (closed_) return job;
        waiting_.push_back(std::move(job));
        changed_.notify_one();
        return std::nullopt;
    }

    // All that wait, once there is one; none when it is closed and empty.
    std::deque<Job> take_all() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
        return std::exchange(waiting_, {});
    }

    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        changed_.notify_one();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> waiting_;
    bool closed_ = false;
};

}  // namespace relay::booking_sqlite
