// SPDX-License-Identifier: Apache-2.0
#include "cli/book_commands.hpp"
#include "cli/check_book.hpp"
#include "cli/start.hpp"

namespace relay::cli {

int book_serve(const Invocation& invocation, const RunBookServe& run) {
    book::Config config;
    LogOptions log;
    const config::Schema schema = book_serve_settings(config, log);
    const CommandText text{
        .summary =
            "Serves bookings: who logs in with a class token can have a session with a free "
            "rig of a pool, now and for some time, and gets the tokens for its streams.",
        .also = "book serve",
        .service = true};
    return serve(invocation, {.schema = schema,
                              .text = text,
                              .log = log,
                              .check = [&] { return check_book(config); },
                              .run = [&] { return run(config); }});
}

}  // namespace relay::cli
