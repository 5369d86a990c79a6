// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "book/admin/poolstore.hpp"
#include "booking/store.hpp"

// The poolstore from and to the database.
namespace relay::book {

// Everything that is offered, and the sessions of this moment; those being cancelled as well, since
// relays may still let them in.
Result<Poolstore> take_poolstore(const booking::Transaction& transaction, booking::BookingTime now);

// Makes the catalogue what the poolstore says: what it does not hold is withdrawn. Its sessions
// that are not over are booked, with their names, so that users keep them and their quota; one that
// this server knows stays as it is, whatever became of it. Sessions that only this server has go
// on. Errc::conflict when a resource would be held twice, naming both sessions, or would be joined
// or parted while it is held; else the database's. Details begin as in the reference, with
// `import pool:` or `import booking:`.
Result<void> restore_poolstore(booking::Transaction& transaction, const Poolstore& store,
                               booking::BookingTime now);

}  // namespace relay::book
