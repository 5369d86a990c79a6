// SPDX-License-Identifier: Apache-2.0
#include "cli/book_commands.hpp"
#include "cli/call_book.hpp"
#include "cli/settings.hpp"

namespace relay::cli {

int book_setstatus(const Invocation& invocation, const RunBookCall<book_client::Status>& run) {
    book_client::Status settings;
    const config::Schema schema = book_setstatus_settings(settings);
    const CommandText text{
        .summary =
            "Locks a booking server, so that no new sessions can be had, or unlocks it, and sets "
            "its message of the day.",
        .also = "book setstatus"};
    return call_book(invocation, {.schema = schema, .text = text, .run = [&] {
                                      return run(settings, invocation.out);
                                  }});
}

}  // namespace relay::cli
