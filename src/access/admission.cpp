// SPDX-License-Identifier: Apache-2.0
#include "access/admission.hpp"

#include <optional>
#include <utility>

namespace relay::access {
namespace {

constexpr auto denied_message =
    "bookingID has been deny-listed, probably because the session was cancelled";

}  // namespace

auth::Grant grant_of(const auth::Claims& claims) {
    auth::Grant grant;
    grant.topic = claims.topic;
    grant.prefix = claims.prefix;
    grant.can_read = claims.has_scope("read");
    grant.can_write = claims.has_scope("write");
    grant.scopes = claims.scopes;
    grant.booking_id = claims.booking_id;
    grant.audience = claims.audience;
    grant.expires = claims.expires;
    grant.subject = claims.subject;
    return grant;
}

Admission::Admission(WallClock clock, bool allow_no_booking_id, BookingJournal& journal,
                     OnDenied on_denied)
    : clock_(std::move(clock)),
      allow_no_booking_id_(allow_no_booking_id),
      journal_(journal),
      on_denied_(std::move(on_denied)) {}

Result<void> Admission::restore() {
    const std::lock_guard journal_lock(journal_mutex_);
    const auto denied = journal_.load_denied();
    if (!denied) return std::unexpected(denied.error());
    const auto allowed = journal_.load_allowed();
    if (!allowed) return std::unexpected(allowed.error());
    const std::lock_guard lock(mutex_);
    for (const auto& [booking_id, expires] : *allowed) allowed_.put(booking_id, expires);
    for (const auto& [booking_id, expires] : *denied) {
        denied_.put(booking_id, expires);
        allowed_.erase(booking_id);
    }
    return {};
}

Result<std::string> Admission::admit(const auth::Claims& claims) {
    if (claims.booking_id.empty() && !allow_no_booking_id_) {
        return fail(Errc::invalid, "empty bookingID field is not permitted");
    }
    return make_code(grant_of(claims));
}

Result<std::string> Admission::admit_to_stream(auth::Grant grant) {
    return make_code(std::move(grant));
}

Result<std::string> Admission::make_code(auth::Grant grant) {
    const WallTime now = clock_();
    const std::string booking_id = grant.booking_id;
    const WallTime expires = grant.expires;
    // From the look at the deny list to the code in one step: a denial comes before all of it or
    // after, and then removes the code (spec/session-relay.md §13, row 7).
    const std::lock_guard lock(mutex_);
    if (denied_.contains(booking_id, now)) return fail(Errc::invalid, denied_message);
    auto code = codes_.put(std::move(grant), now);
    if (code && !booking_id.empty()) {
        allowed_.put(booking_id, expires);
        allowed_changed_ = true;
    }
    return code;
}

Result<void> Admission::check_booking(std::string_view booking_id) const {
    if (is_denied(booking_id)) return fail(Errc::invalid, denied_message);
    return {};
}

Result<auth::Grant> Admission::redeem(std::string_view code) {
    const WallTime now = clock_();
    const std::lock_guard lock(mutex_);
    auto grant = codes_.exchange(code, now);
    if (!grant) return grant;
    if (now >= grant->expires) return fail(Errc::unauthorized, "token has expired");
    if (denied_.contains(grant->booking_id, now)) return fail(Errc::forbidden, denied_message);
    return grant;
}

Result<void> Admission::deny(const std::string& booking_id, WallTime expires) {
    if (booking_id.empty()) return fail(Errc::invalid, "an empty booking id cannot be denied");
    {
        const std::lock_guard lock(mutex_);
        denied_.put(booking_id, expires);
        allowed_.erase(booking_id);
        allowed_changed_ = true;
        codes_.erase_booking(booking_id);
    }
    // Before the disk, which may be slow: connections close at once.
    if (on_denied_) on_denied_(booking_id);
    return write_down(booking_id);
}

Result<void> Admission::allow(const std::string& booking_id, WallTime expires) {
    if (booking_id.empty()) return fail(Errc::invalid, "an empty booking id cannot be allowed");
    {
        const std::lock_guard lock(mutex_);
        denied_.erase(booking_id);
        allowed_.put(booking_id, expires);
        allowed_changed_ = true;
    }
    return write_down(booking_id);
}

// Writes what the list says by now, not what the caller has done to it: of several calls for one
// booking that race, the last to write then leaves the same in the journal as in memory.
Result<void> Admission::write_down(const std::string& booking_id) {
    const std::lock_guard journal_lock(journal_mutex_);
    std::optional<WallTime> expires;
    {
        const std::lock_guard lock(mutex_);
        expires = denied_.expiry(booking_id);
    }
    return expires ? journal_.put_denied(booking_id, *expires) : journal_.erase_denied(booking_id);
}

Result<void> Admission::keep_allowed() {
    const std::lock_guard journal_lock(journal_mutex_);
    BookingJournal::Entries entries;
    {
        const std::lock_guard lock(mutex_);
        if (!std::exchange(allowed_changed_, false)) return {};
        entries = allowed_.entries();
    }
    auto kept = journal_.replace_allowed(entries);
    if (!kept) {
        const std::lock_guard lock(mutex_);
        allowed_changed_ = true;
    }
    return kept;
}

bool Admission::is_denied(std::string_view booking_id) const {
    const WallTime now = clock_();
    const std::lock_guard lock(mutex_);
    return denied_.contains(booking_id, now);
}

std::vector<std::string> Admission::denied() const {
    const WallTime now = clock_();
    const std::lock_guard lock(mutex_);
    return denied_.ids(now);
}

std::vector<std::string> Admission::allowed() const {
    const WallTime now = clock_();
    const std::lock_guard lock(mutex_);
    return allowed_.ids(now);
}

Result<void> Admission::tidy() {
    const WallTime now = clock_();
    const std::lock_guard journal_lock(journal_mutex_);
    {
        const std::lock_guard lock(mutex_);
        denied_.prune(now);
        allowed_.prune(now);
        allowed_changed_ = true;
        codes_.tidy(now);
    }
    return journal_.prune_denied(now);
}

}  // namespace relay::access
