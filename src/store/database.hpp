// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "store/statement.hpp"

#include <filesystem>
#include <memory>
#include <string_view>

struct sqlite3;

namespace relay::store {

// A connection to an SQLite database: write-ahead log, synchronous=FULL (what was committed
// survives a power cut), foreign keys enforced, five seconds of patience for another process's
// lock. For one thread at a time. Every call may wait for the disk.
class Database {
public:
    // Opens the file, making it when it is absent; its folder has to exist. `:memory:` gives a
    // database that lives as long as this object. Errors name the file: Errc::unavailable when it
    // cannot be opened now, Errc::internal when it is no database or is damaged.
    static Result<Database> open(const std::filesystem::path& file);

    // Runs statements that give no rows, separated by semicolons.
    Result<void> execute(std::string_view statements);
    Result<Statement> prepare(std::string_view statement);

    // Reads every page, compares indexes with their tables, and refuses a damaged file
    // (Errc::internal). Takes some seconds for each million rows.
    Result<void> check();

    // Whether a transaction is open. Some failures (a full disk, an I/O error, no memory) undo the
    // whole transaction, savepoints included: what runs after that would be committed on its own.
    bool in_transaction() const;

private:
    friend class Savepoint;
    friend class Transaction;

    struct Close {
        void operator()(sqlite3* connection) const;
    };
    explicit Database(sqlite3* connection) : connection_(connection) {}

    std::unique_ptr<sqlite3, Close> connection_;
};

// Everything between `begin` and `commit` happens, or nothing: what is not committed is undone when
// this object dies. May not outlive its Database.
class Transaction {
public:
    // Takes the write lock at once, so that a later write cannot fail for want of it.
    static Result<Transaction> begin(Database& database);
    Result<void> commit();

private:
    struct Rollback {
        void operator()(sqlite3* connection) const;
    };
    explicit Transaction(sqlite3* connection) : connection_(connection) {}

    std::unique_ptr<sqlite3, Rollback> connection_;  // null once committed
};

// A part of a transaction that happens or not: what was done since `begin` is undone when this
// object dies before `release`. When even that fails the whole transaction is undone. They nest,
// and die in the reverse order. May not outlive its Database.
class Savepoint {
public:
    // Errc::internal outside a transaction.
    static Result<Savepoint> begin(Database& database);
    Result<void> release();

private:
    struct Undo {
        void operator()(sqlite3* connection) const;
    };
    explicit Savepoint(sqlite3* connection) : connection_(connection) {}

    std::unique_ptr<sqlite3, Undo> connection_;  // null once released
};

}  // namespace relay::store
