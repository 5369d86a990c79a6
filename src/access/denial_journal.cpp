// SPDX-License-Identifier: Apache-2.0
#include "access/denial_journal.hpp"

#include "auth/numeric_date.hpp"

namespace relay::access {

Result<DenialJournal::Entries> StoredJournal::load() {
    const auto denials = table_.load();
    if (!denials) return std::unexpected(denials.error());
    Entries entries;
    for (const store::Denial& denial : *denials) {
        const auto expires = auth::numeric_date(denial.expires);
        if (expires) entries.emplace_back(denial.booking_id, *expires);
    }
    return entries;
}

Result<void> StoredJournal::put(std::string_view booking_id, WallTime expires) {
    // Rounded up: denied for a second too long rather than for one too short.
    const auto whole = std::chrono::ceil<std::chrono::seconds>(expires);
    return table_.put({std::string(booking_id), whole.time_since_epoch().count()});
}

Result<void> StoredJournal::erase(std::string_view booking_id) {
    return table_.erase(booking_id);
}

Result<void> StoredJournal::prune(WallTime now) {
    return table_.prune(auth::unix_seconds(now));
}

}  // namespace relay::access
