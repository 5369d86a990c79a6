// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace relay::server {

// Which host serves a topic: its newest manager connection. Any thread; touched when managers and
// clients come and go, never per message.
class ManagerDirectory {
public:
    struct Entry {
        std::uint64_t number = 0;  // of the manager; none has it twice in the life of the process
        bool resumes = false;      // it speaks relay.resume.v1
    };

    // From now on this one serves the topic; the one that it replaces.
    std::optional<Entry> put(const std::string& topic, Entry entry);
    // No effect when another one serves the topic by now.
    void erase(const std::string& topic, std::uint64_t number);

    std::optional<Entry> find(const std::string& topic) const;
    std::size_t size() const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Entry> entries_;
};

}  // namespace relay::server
