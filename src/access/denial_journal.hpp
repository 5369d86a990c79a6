// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "store/denial_table.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace relay::access {

// Where denials survive a restart. Admission calls it from one thread at a time; what it reports as
// done is durable.
class DenialJournal {
public:
    using Entries = std::vector<std::pair<std::string, WallTime>>;

    virtual ~DenialJournal() = default;
    virtual Result<Entries> load() = 0;
    virtual Result<void> put(std::string_view booking_id, WallTime expires) = 0;
    virtual Result<void> erase(std::string_view booking_id) = 0;
    virtual Result<void> prune(WallTime now) = 0;
};

// Keeps nothing: denials live as long as the process.
class NoJournal final : public DenialJournal {
public:
    Result<Entries> load() override { return Entries{}; }
    Result<void> put(std::string_view, WallTime) override { return {}; }
    Result<void> erase(std::string_view) override { return {}; }
    Result<void> prune(WallTime) override { return {}; }
};

// Keeps them in SQLite, with times in whole seconds.
class StoredJournal final : public DenialJournal {
public:
    explicit StoredJournal(store::DenialTable table) : table_(std::move(table)) {}

    Result<Entries> load() override;
    Result<void> put(std::string_view booking_id, WallTime expires) override;
    Result<void> erase(std::string_view booking_id) override;
    Result<void> prune(WallTime now) override;

private:
    store::DenialTable table_;
};

}  // namespace relay::access
