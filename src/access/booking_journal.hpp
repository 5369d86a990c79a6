// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "store/booking_table.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace relay::access {

// Where the lists of bookings survive a restart. Admission calls it from one thread at a time; what
// it reports as done is durable.
class BookingJournal {
public:
    using Entries = std::vector<std::pair<std::string, WallTime>>;

    virtual ~BookingJournal() = default;
    virtual Result<Entries> load_denied() = 0;
    virtual Result<void> put_denied(std::string_view booking_id, WallTime expires) = 0;
    virtual Result<void> erase_denied(std::string_view booking_id) = 0;
    virtual Result<void> prune_denied(WallTime now) = 0;

    virtual Result<Entries> load_allowed() = 0;
    virtual Result<void> replace_allowed(const Entries& entries) = 0;
};

// Keeps nothing: the lists live as long as the process.
class NoJournal final : public BookingJournal {
public:
    Result<Entries> load_denied() override { return Entries{}; }
    Result<void> put_denied(std::string_view, WallTime) override { return {}; }
    Result<void> erase_denied(std::string_view) override { return {}; }
    Result<void> prune_denied(WallTime) override { return {}; }
    Result<Entries> load_allowed() override { return Entries{}; }
    Result<void> replace_allowed(const Entries&) override { return {}; }
};

// Keeps them in SQLite, with times in whole seconds.
class StoredJournal final : public BookingJournal {
public:
    explicit StoredJournal(store::BookingTable table) : table_(std::move(table)) {}

    Result<Entries> load_denied() override;
    Result<void> put_denied(std::string_view booking_id, WallTime expires) override;
    Result<void> erase_denied(std::string_view booking_id) override;
    Result<void> prune_denied(WallTime now) override;
    Result<Entries> load_allowed() override;
    Result<void> replace_allowed(const Entries& entries) override;

private:
    store::BookingTable table_;
};

}  // namespace relay::access
