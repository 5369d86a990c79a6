// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/time.hpp"
#include "store/database.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace relay::booking_sqlite {

// The text of a statement: a literal, so that it can tell prepared statements apart for as long as
// the program runs.
struct Sql {
    consteval Sql(const char* literal) : text(literal) {}
    std::string_view text;
};

// A row of an answer; columns count from 0.
using Row = store::Statement;

inline booking::BookingTime time_of(const Row& row, int column) {
    return booking::BookingTime(std::chrono::milliseconds(row.integer(column)));
}

// A database and its prepared statements. Statements run only within a transaction: after a failure
// that has undone the whole of it, what follows would be committed on its own, so it is refused
// (Errc::unavailable). A statement may not run while its own rows are read. Errors are those of
// `failed`. For one thread at a time.
class Connection {
public:
    explicit Connection(store::Database database) : database_(std::move(database)) {}

    store::Database& database() { return database_; }

    // What callers are told of a failure of the database: errors of requests go to anybody, and
    // its own words name files. They are kept; other errors stay as they are.
    Error failed(Error error);

    // The words of the first failure since the last call, for the log.
    std::optional<std::string> take_failure() { return std::exchange(failure_, std::nullopt); }

    // Binds the values to ?1, ?2, ... and hands each row to `take(row)`, which returns a Result;
    // stops at its first error.
    template <class Take, class... Values>
    Result<void> each(Sql sql, Take take, const Values&... values) {
        auto done = step_through(sql, std::move(take), values...);
        if (!done) return std::unexpected(failed(std::move(done.error())));
        return done;
    }

    // For statements that give no rows.
    template <class... Values>
    Result<void> run(Sql sql, const Values&... values) {
        return each(sql, [](const Row&) { return Result<void>(); }, values...);
    }

    // What `read(row)`, which returns a Result, makes of each row.
    template <class Read, class... Values>
    auto all(Sql sql, Read read, const Values&... values) {
        using Value = typename std::invoke_result_t<Read, const Row&>::value_type;
        std::vector<Value> found;
        const auto done = each(
            sql,
            [&](const Row& row) -> Result<void> {
                auto value = read(row);
                if (!value) return std::unexpected(std::move(value.error()));
                found.push_back(std::move(*value));
                return {};
            },
            values...);
        if (!done) return Result<std::vector<Value>>(std::unexpected(done.error()));
        return Result<std::vector<Value>>(std::move(found));
    }

    // The same for a statement that gives one row or none.
    template <class Read, class... Values>
    auto one(Sql sql, Read read, const Values&... values) {
        using Value = typename std::invoke_result_t<Read, const Row&>::value_type;
        auto found = all(sql, std::move(read), values...);
        if (!found) return Result<std::optional<Value>>(std::unexpected(std::move(found.error())));
        if (found->empty()) return Result<std::optional<Value>>(std::nullopt);
        return Result<std::optional<Value>>(std::move(found->front()));
    }

private:
    struct Prepared {
        store::Statement statement;
        bool lent = false;
    };

    // Reset when it is given back: a statement with rows left would keep the transaction open.
    class Loan {
    public:
        explicit Loan(Prepared& prepared) : prepared_(&prepared) { prepared_->lent = true; }
        Loan(Loan&& other) noexcept : prepared_(std::exchange(other.prepared_, nullptr)) {}
        Loan& operator=(Loan&&) = delete;
        ~Loan() {
            if (!prepared_) return;
            prepared_->statement.reset();
            prepared_->lent = false;
        }
        Row& statement() { return prepared_->statement; }

    private:
        Prepared* prepared_;
    };

    Result<Loan> lend(Sql sql);

    template <class Take, class... Values>
    Result<void> step_through(Sql sql, Take take, const Values&... values) {
        auto loan = lend(sql);
        if (!loan) return std::unexpected(std::move(loan.error()));
        Row& statement = loan->statement();
        Result<void> done;
        int parameter = 0;
        const bool bound = ((done = bind(statement, ++parameter, values)).has_value() && ...);
        if (!bound) return done;
        Result<bool> row = statement.step();
        for (; row && *row; row = statement.step()) {
            done = take(std::as_const(statement));
            if (!done) return done;
        }
        if (!row) return std::unexpected(std::move(row.error()));
        return {};
    }

    template <class Value>
    static Result<void> bind(Row& statement, int parameter, const Value& value) {
        return statement.bind(parameter, value);
    }
    static Result<void> bind(Row& statement, int parameter, booking::BookingTime time) {
        return statement.bind(parameter, time.time_since_epoch().count());
    }
    template <class Value>
    static Result<void> bind(Row& statement, int parameter, const std::optional<Value>& value) {
        return value ? bind(statement, parameter, *value) : statement.bind_null(parameter);
    }

    store::Database database_;
    std::unordered_map<std::string_view, Prepared> prepared_;  // after the database: die before it
    std::optional<std::string> failure_;
};

}  // namespace relay::booking_sqlite
