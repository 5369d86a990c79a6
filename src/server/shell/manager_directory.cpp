// SPDX-License-Identifier: Apache-2.0
#include "server/shell/manager_directory.hpp"

#include <utility>

namespace relay::server {

std::optional<ManagerDirectory::Entry> ManagerDirectory::put(const std::string& topic,
                                                             Entry entry) {
    const std::lock_guard lock(mutex_);
    const auto [place, is_new] = entries_.try_emplace(topic, entry);
    if (is_new) return std::nullopt;
    return std::exchange(place->second, entry);
}

void ManagerDirectory::erase(const std::string& topic, std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(topic);
    if (found != entries_.end() && found->second.number == number) entries_.erase(found);
}

std::optional<ManagerDirectory::Entry> ManagerDirectory::find(const std::string& topic) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(topic);
    if (found == entries_.end()) return std::nullopt;
    return found->second;
}

std::size_t ManagerDirectory::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

}  // namespace relay::server
