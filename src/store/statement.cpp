// SPDX-License-Identifier: Apache-2.0
#include "store/statement.hpp"

#include "store/sqlite_error_detail.hpp"

#include <sqlite3.h>

namespace relay::store {

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Result<void> Statement::bind(int parameter, std::int64_t value) {
    if (sqlite3_bind_int64(statement_.get(), parameter, value) != SQLITE_OK) return failure();
    return {};
}

Result<void> Statement::bind(int parameter, std::string_view text) {
    // A null pointer would bind NULL, also for an empty text.
    const char* data = text.data() ? text.data() : "";
    const int code = sqlite3_bind_text64(statement_.get(), parameter, data, text.size(),
                                         SQLITE_TRANSIENT, SQLITE_UTF8);
    if (code != SQLITE_OK) return failure();
    return {};
}

Result<void> Statement::bind_null(int parameter) {
    if (sqlite3_bind_null(statement_.get(), parameter) != SQLITE_OK) return failure();
    return {};
}

Result<bool> Statement::step() {
    switch (sqlite3_step(statement_.get())) {
        case SQLITE_ROW:
            return true;
        case SQLITE_DONE:
            return false;
        default:
            return failure();
    }
}

Result<void> Statement::run() {
    Result<bool> row = step();
    while (row && *row) row = step();
    reset();
    if (!row) return std::unexpected(row.error());
    return {};
}

void Statement::reset() {
    sqlite3_reset(statement_.get());  // repeats the error of the last step, which is known already
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
    const unsigned char* data = sqlite3_column_text(statement_.get(), column);
    if (!data) return {};
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)};
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::unexpected<Error> Statement::failure() const {
    return sqlite_failure(sqlite3_db_handle(statement_.get()));
}

}  // namespace relay::store
