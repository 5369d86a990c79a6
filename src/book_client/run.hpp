// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "book_client/config.hpp"

#include <istream>
#include <ostream>

// The commands that call a booking server, one function each: it prints what it did on `out` and
// returns, or says why it could not; nothing was changed then unless the error says so. Messages
// name the file and line, or the setting. Blocks; on the calling thread.
namespace relay::book_client {

// A manifest with mistakes is told line by line and not sent.
Result<void> upload(const Upload& upload, std::ostream& out);
// Asks on `in` unless told not to. Errc::interrupted when the answer is not yes.
Result<void> reset(const Reset& reset, std::istream& in, std::ostream& out);
Result<void> status(const Status& status, std::ostream& out);
Result<void> export_store(const Transfer& transfer, std::ostream& out);
Result<void> import_store(const Transfer& transfer, std::istream& in, std::ostream& out);
Result<void> stats(const Stats& stats, std::ostream& out);

}  // namespace relay::book_client
