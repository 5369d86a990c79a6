// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/store.hpp"

#include <future>
#include <memory>
#include <utility>

// How the contract suites reach a backend.
namespace relay::booking {

// A backend with data of its own, which go with this object.
class StoreForTest {
public:
    virtual ~StoreForTest() = default;
    virtual Store& store() = 0;
    // Stops it and opens it again on the same data.
    virtual void reopen() = 0;
};

// Makes an empty one. A plain function, so that it can be the parameter of a test suite.
using MakeStoreForTest = std::unique_ptr<StoreForTest> (*)();

// Wait until the store is done with the work, and hand on what it says.
inline Result<void> write_now(Store& store, Store::Writing work) {
    std::promise<Result<void>> done;
    auto result = done.get_future();
    // The callback owns the promise: this thread may be gone before set_value has returned.
    store.write(std::move(work), [done = std::move(done)](Result<void> told) mutable {
        done.set_value(std::move(told));
    });
    return result.get();
}

inline Result<void> read_now(Store& store, Store::Reading work) {
    std::promise<Result<void>> done;
    auto result = done.get_future();
    store.read(std::move(work), [done = std::move(done)](Result<void> told) mutable {
        done.set_value(std::move(told));
    });
    return result.get();
}

inline Result<void> report_now(Store& store, Store::Reading work) {
    std::promise<Result<void>> done;
    auto result = done.get_future();
    store.report(std::move(work), [done = std::move(done)](Result<void> told) mutable {
        done.set_value(std::move(told));
    });
    return result.get();
}

}  // namespace relay::booking
