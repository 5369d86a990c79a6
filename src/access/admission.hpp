// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/booking_journal.hpp"
#include "auth/booking_list.hpp"
#include "auth/claims.hpp"
#include "auth/code_store.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace relay::access {

// What a token's claims permit, for a member of a topic.
auth::Grant grant_of(const auth::Claims& claims);

// Decides who gets in: keeps the denied and the allowed bookings and the one-time codes. Every call
// may come from any thread.
//
// One mutex guards memory and is held for no longer than looking something up, never for I/O. A
// second one orders writes to the journal; only `deny`, `allow`, `tidy` and `restore` take it, and
// those wait for the disk.
//
// A connection that was let in registers itself first and asks `is_denied` after that: either it
// sees the denial there, or the callback of the denial finds it registered.
class Admission {
public:
    using OnDenied = std::function<void(const std::string& booking_id)>;

    // `on_denied` runs on the thread that denies, after the list holds the booking and without a
    // lock; it closes the booking's connections. The journal has to outlive this object.
    Admission(WallClock clock, bool allow_no_booking_id, BookingJournal& journal,
              OnDenied on_denied = {});

    // Takes over what the journal holds; before the first call from elsewhere.
    Result<void> restore();

    // A one-time code for the holder of a verified token, whose booking the allow list then holds
    // until the token's expiry. Errc::invalid when the booking is missing or denied, Errc::limit
    // when too many codes wait.
    Result<std::string> admit(const auth::Claims& claims);

    // The same for one end of a byte stream, which needs no booking. Errc::invalid when it has one
    // that is denied.
    Result<std::string> admit_to_stream(auth::Grant grant);

    // Errc::invalid when the booking is denied.
    Result<void> check_booking(std::string_view booking_id) const;

    // What the code was made for; the code is gone whatever the outcome. Errc::unauthorized when it
    // is unknown, used or too old, or when its token has expired; Errc::forbidden when its booking
    // is denied.
    Result<auth::Grant> redeem(std::string_view code);

    // Refuses the booking from now until `expires` and closes its connections. When it returns
    // without error the denial is on disk; with an error it holds, but only until a restart.
    Result<void> deny(const std::string& booking_id, WallTime expires);
    // Undoes a denial; no error when there was none. Otherwise as `deny`.
    Result<void> allow(const std::string& booking_id, WallTime expires);

    bool is_denied(std::string_view booking_id) const;
    // In alphabetical order, without what has ended.
    std::vector<std::string> denied() const;
    std::vector<std::string> allowed() const;

    // Writes the allow list down if it changed. It changes with every session and denies nobody, so
    // it is not written at once: call it every second or so, and at the end.
    Result<void> keep_allowed();

    // Forgets what has ended. Refusals do not depend on it; memory does. Call it now and then.
    Result<void> tidy();

private:
    Result<std::string> make_code(auth::Grant grant);
    Result<void> write_down(const std::string& booking_id);

    const WallClock clock_;
    const bool allow_no_booking_id_;
    BookingJournal& journal_;
    const OnDenied on_denied_;

    std::mutex journal_mutex_;  // taken before mutex_, when both are
    mutable std::mutex mutex_;
    auth::BookingList denied_;  // guarded by mutex_, as are the following
    auth::BookingList allowed_;
    auth::CodeStore codes_;
    bool allowed_changed_ = false;
};

}  // namespace relay::access
