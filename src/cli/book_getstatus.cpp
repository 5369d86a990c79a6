// SPDX-License-Identifier: Apache-2.0
#include "cli/book_commands.hpp"
#include "cli/call_book.hpp"
#include "cli/settings.hpp"

namespace relay::cli {

int book_getstatus(const Invocation& invocation, const RunBookCall<book_client::Status>& run) {
    book_client::Status settings;
    const config::Schema schema = book_getstatus_settings(settings);
    const CommandText text{
        .summary =
            "Shows what is in a booking server, whether it is locked, and its message of the day.",
        .also = "book getstatus"};
    return call_book(invocation, {.schema = schema, .text = text, .run = [&] {
                                      return run(settings, invocation.out);
                                  }});
}

}  // namespace relay::cli
