// SPDX-License-Identifier: Apache-2.0
#include "cli/book_commands.hpp"
#include "cli/call_book.hpp"
#include "cli/settings.hpp"

namespace relay::cli {

int book_import(const Invocation& invocation, const RunBookCall<book_client::Transfer>& run) {
    book_client::Transfer settings;
    const config::Schema schema = book_import_settings(settings);
    const CommandText text{
        .summary =
            "Puts what book export, or the original server, has written into a booking server, in "
            "place of what it holds.",
        .also = "book import"};
    return call_book(invocation, {.schema = schema, .text = text, .run = [&] {
                                      return run(settings, invocation.out);
                                  }});
}

}  // namespace relay::cli
