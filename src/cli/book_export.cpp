// SPDX-License-Identifier: Apache-2.0
#include "cli/book_commands.hpp"
#include "cli/call_book.hpp"
#include "cli/settings.hpp"

namespace relay::cli {

int book_export(const Invocation& invocation, const RunBookCall<book_client::Transfer>& run) {
    book_client::Transfer settings;
    const config::Schema schema = book_export_settings(settings);
    const CommandText text{
        .summary =
            "Writes pools, groups, activities and sessions of a booking server to a file, without "
            "secrets.",
        .also = "book export"};
    return call_book(invocation, {.schema = schema, .text = text, .run = [&] {
                                      return run(settings, invocation.out);
                                  }});
}

}  // namespace relay::cli
