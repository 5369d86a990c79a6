// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace relay::hub {

// Which threads hold a part of one topic. Shared by them; a publisher reads `shards` per message.
struct TopicPlacement {
    std::string name;
    // Bit t: thread t holds members. Set by that thread before a new member is told that it joined,
    // so that whatever is published afterwards reaches it.
    std::atomic<std::uint64_t> shards{0};
    // Members of all threads that are delivered to; counted at join and leave.
    std::atomic<std::size_t> readers{0};

private:
    friend class TopicDirectory;
    std::vector<std::size_t> members;  // per thread; guarded by the directory's mutex
    std::size_t total = 0;
};

// Decides on which thread a topic's members live: all on one, the least loaded when the topic comes
// into being, so that publisher and readers meet without crossing threads. Only a topic with more
// members than `split` spreads. Asked at join and leave, never per message; any thread.
class TopicDirectory {
public:
    static constexpr std::size_t most_threads = 64;

    TopicDirectory(std::size_t threads, std::size_t split);

    struct Seat {
        std::shared_ptr<TopicPlacement> topic;
        std::size_t thread = 0;
    };
    Seat join(const std::string& topic);
    void leave(const Seat& seat);

    std::size_t topics() const;

private:
    std::size_t least_loaded() const;

    const std::size_t split_;
    mutable std::mutex mutex_;
    std::vector<std::size_t> load_;  // members per thread
    std::unordered_map<std::string, std::shared_ptr<TopicPlacement>> topics_;
};

}  // namespace relay::hub
