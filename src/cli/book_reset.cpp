// SPDX-License-Identifier: Apache-2.0
#include "cli/book_commands.hpp"
#include "cli/call_book.hpp"
#include "cli/settings.hpp"

namespace relay::cli {

int book_reset(const Invocation& invocation, const RunBookCall<book_client::Reset>& run) {
    book_client::Reset settings = book_reset_defaults();
    const config::Schema schema = book_reset_settings(settings);
    const CommandText text{
        .summary =
            "Ends all sessions and withdraws everything that a booking server offers, after "
            "asking. Exit code 1: the answer was not yes.",
        .also = "book reset"};
    return call_book(invocation, {.schema = schema, .text = text, .run = [&] {
                                      return run(settings, invocation.out);
                                  }});
}

}  // namespace relay::cli
