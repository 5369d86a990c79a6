// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/catalogue_table.hpp"
#include "booking/denial_table.hpp"
#include "booking/record_table.hpp"
#include "booking/session_table.hpp"

#include <functional>

namespace relay::booking {

// One unit of work on the database: all of it happens, or nothing. What is seen is one state.
// For the thread that it was given to, until the work returns.
class Transaction {
public:
    virtual ~Transaction() = default;
    virtual CatalogueTable& catalogue() = 0;
    virtual SessionTable& sessions() = 0;
    virtual DenialTable& denials() = 0;
    virtual RecordTable& records() = 0;
    virtual const CatalogueTable& catalogue() const = 0;
    virtual const SessionTable& sessions() const = 0;
    virtual const DenialTable& denials() const = 0;
    virtual const RecordTable& records() const = 0;
};

// Where everything of the booking server is kept. A backend passes store_contract_for_test.hpp.
// Any thread may call.
class Store {
public:
    using Writing = std::move_only_function<Result<void>(Transaction&)>;
    using Reading = std::move_only_function<Result<void>(const Transaction&)>;
    using Done = std::move_only_function<void(Result<void>)>;

    virtual ~Store() = default;

    // Runs the work on a thread of the store's, then calls `done` there, exactly once: without an
    // error only when what was written is durable. Units run one after the other in the order of
    // the calls, and each sees those before it; many share one commit. An error of the work
    // undoes what that work wrote and nothing else, and is handed to `done`, as is the failure of
    // the commit (Errc::unavailable: a full disk, a lock; the database is as before). The work
    // waits for nothing but the store.
    //
    // A failure of the database itself, which the tables hand to the work as Errc::unavailable or
    // Errc::internal, has a detail that anybody may read; the log is told the rest.
    virtual void write(Writing work, Done done) = 0;

    // The same for work that only reads; sees at least what `write` had reported as done before
    // this call. Does not wait for commits.
    virtual void read(Reading work, Done done) = 0;

    // As `read`, for work that takes long: it holds up others of its kind, and nothing else.
    virtual void report(Reading work, Done done) = 0;

    // Runs what was called before, then ends its threads; later calls get Errc::unavailable at
    // once, on the caller's thread. Not from `done`.
    virtual void stop() = 0;
};

}  // namespace relay::booking
