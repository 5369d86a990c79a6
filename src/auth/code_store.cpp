// SPDX-License-Identifier: Apache-2.0
#include "auth/code_store.hpp"

#include "base/random.hpp"

#include <iterator>
#include <utility>

namespace relay::auth {

Result<std::string> CodeStore::put(Grant grant, WallTime now) {
    tidy(now);
    if (codes_.size() >= count_limit) {
        return fail(Errc::limit, "too many codes wait to be exchanged");
    }
    entries_.push_back({random_uuid(), std::move(grant), now + life});
    const auto entry = std::prev(entries_.end());
    codes_.emplace(entry->code, entry);
    return entry->code;
}

Result<Grant> CodeStore::exchange(std::string_view code, WallTime now) {
    const auto found = codes_.find(code);
    if (found == codes_.end()) return fail(Errc::unauthorized, "code is unknown or was used");
    const auto entry = found->second;
    const bool alive = now < entry->deadline;
    Grant grant = std::move(entry->grant);
    erase(entry);
    if (!alive) return fail(Errc::unauthorized, "code has expired");
    return grant;
}

std::size_t CodeStore::erase_booking(std::string_view booking_id) {
    const std::size_t before = codes_.size();
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        entry = entry->grant.booking_id == booking_id ? erase(entry) : std::next(entry);
    }
    return before - codes_.size();
}

void CodeStore::tidy(WallTime now) {
    while (!entries_.empty() && now >= entries_.front().deadline) erase(entries_.begin());
}

CodeStore::Entries::iterator CodeStore::erase(Entries::iterator entry) {
    codes_.erase(entry->code);
    return entries_.erase(entry);
}

}  // namespace relay::auth
