// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3_stmt;

namespace relay::store {

// A prepared SQL statement. Bind its parameters (from 1), step until there is no row, read columns
// (from 0) of the row, reset to use it again. May not outlive its Database, nor change threads
// without it.
class Statement {
public:
    // Takes the statement over; Database::prepare makes it.
    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

    Result<void> bind(int parameter, std::int64_t value);
    Result<void> bind(int parameter, std::string_view text);
    Result<void> bind_null(int parameter);

    // True when there is a row to read, false when the statement is done. After an error or the
    // end, `reset` comes first.
    Result<bool> step();
    // For statements that give no rows: step to the end, reset.
    Result<void> run();
    // Binds the values to the parameters from 1 on, then runs.
    template <class... Values>
    Result<void> run_with(const Values&... values) {
        Result<void> bound;
        int parameter = 0;
        const bool all = ((bound = bind(++parameter, values)).has_value() && ...);
        return all ? run() : bound;
    }
    // Keeps the bound values.
    void reset();

    std::int64_t integer(int column) const;
    std::string text(int column) const;  // NULL reads as ""
    bool is_null(int column) const;

private:
    std::unexpected<Error> failure() const;

    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace relay::store
