// SPDX-License-Identifier: Apache-2.0
#include "store/database.hpp"

#include "store/sqlite_error_detail.hpp"

#include <sqlite3.h>

#include <string>

namespace relay::store {
namespace {

Errc kind_of(int code) {
    switch (code & 0xff) {  // the upper bits hold the extended code
        case SQLITE_CONSTRAINT:
            return Errc::conflict;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_PERM:
            return Errc::unavailable;
        default:
            return Errc::internal;
    }
}

Result<void> set_up(Database& database) {
    constexpr std::string_view statements =
        "PRAGMA journal_mode = WAL;"
        "PRAGMA synchronous = FULL;"
        "PRAGMA foreign_keys = ON;";
    return database.execute(statements);
}

}  // namespace

std::unexpected<Error> sqlite_failure(sqlite3* connection) {
    const Errc kind = kind_of(sqlite3_extended_errcode(connection));
    if (kind == Errc::conflict) return fail(kind, sqlite3_errmsg(connection));
    const char* file = sqlite3_db_filename(connection, "main");
    std::string detail = file && *file ? file : "database";
    detail += std::string(": ") + sqlite3_errmsg(connection);
    return fail(kind, std::move(detail));
}

void Database::Close::operator()(sqlite3* connection) const {
    sqlite3_close_v2(connection);
}

Result<Database> Database::open(const std::filesystem::path& file) {
    constexpr int patience_milliseconds = 5000;
    sqlite3* connection = nullptr;
    const int code = sqlite3_open_v2(
        file.c_str(), &connection,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        nullptr);
    Database database(connection);  // also after a failure, for it has to be closed
    if (code != SQLITE_OK) {
        return fail(kind_of(code), file.string() + ": " + sqlite3_errstr(code));
    }
    sqlite3_busy_timeout(connection, patience_milliseconds);
    const auto ready = set_up(database);
    if (!ready) return std::unexpected(ready.error());
    return database;
}

Result<void> Database::execute(std::string_view statements) {
    const std::string text(statements);
    if (sqlite3_exec(connection_.get(), text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        return sqlite_failure(connection_.get());
    }
    return {};
}

Result<Statement> Database::prepare(std::string_view statement) {
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v2(connection_.get(), statement.data(),
                                        static_cast<int>(statement.size()), &prepared, nullptr);
    if (code != SQLITE_OK) return sqlite_failure(connection_.get());
    if (!prepared) return fail(Errc::invalid, "an empty SQL statement");
    return Statement(prepared);
}

Result<void> Database::check() {
    // Not quick_check: an index that lost a row would let the same thing in twice.
    auto statement = prepare("PRAGMA integrity_check(1)");
    if (!statement) return std::unexpected(statement.error());
    const auto row = statement->step();
    if (!row) return std::unexpected(row.error());
    const std::string verdict = statement->text(0);
    if (verdict == "ok") return {};
    const char* file = sqlite3_db_filename(connection_.get(), "main");
    return fail(Errc::internal, std::string(file ? file : "database") + ": damaged: " + verdict);
}

bool Database::in_transaction() const {
    return sqlite3_get_autocommit(connection_.get()) == 0;
}

void Transaction::Rollback::operator()(sqlite3* connection) const {
    // Some failures have rolled back already; then there is nothing to undo.
    if (!sqlite3_get_autocommit(connection)) {
        sqlite3_exec(connection, "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

Result<Transaction> Transaction::begin(Database& database) {
    const auto begun = database.execute("BEGIN IMMEDIATE");
    if (!begun) return std::unexpected(begun.error());
    return Transaction(database.connection_.get());
}

Result<void> Transaction::commit() {
    if (!connection_) return fail(Errc::internal, "the transaction was committed before");
    if (sqlite3_exec(connection_.get(), "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK) {
        return sqlite_failure(connection_.get());
    }
    connection_.release();
    return {};
}

// The innermost savepoint of a name is meant, so one name will do.
void Savepoint::Undo::operator()(sqlite3* connection) const {
    if (sqlite3_get_autocommit(connection)) return;  // undone already, with all the rest
    constexpr const char* undo = "ROLLBACK TO part; RELEASE part";
    if (sqlite3_exec(connection, undo, nullptr, nullptr, nullptr) != SQLITE_OK)
        sqlite3_exec(connection, "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<Savepoint> Savepoint::begin(Database& database) {
    if (!database.in_transaction()) return fail(Errc::internal, "a savepoint of no transaction");
    const auto begun = database.execute("SAVEPOINT part");
    if (!begun) return std::unexpected(begun.error());
    return Savepoint(database.connection_.get());
}

Result<void> Savepoint::release() {
    if (!connection_) return fail(Errc::internal, "the savepoint was released before");
    if (sqlite3_exec(connection_.get(), "RELEASE part", nullptr, nullptr, nullptr) != SQLITE_OK) {
        return sqlite_failure(connection_.get());
    }
    connection_.release();
    return {};
}

}  // namespace relay::store
