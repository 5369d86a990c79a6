// SPDX-License-Identifier: Apache-2.0
#include "cli/book_commands.hpp"
#include "cli/call_book.hpp"
#include "cli/settings.hpp"

namespace relay::cli {

int book_upload(const Invocation& invocation, const RunBookCall<book_client::Upload>& run) {
    book_client::Upload settings;
    const config::Schema schema = book_upload_settings(settings);
    const CommandText text{
        .summary =
            "Makes a booking server offer what a manifest says: what is not in it is withdrawn, "
            "what is unchanged stays, sessions go on. Mistakes are told as FILE:LINE, and "
            "nothing is changed then.",
        .also = "book upload"};
    return call_book(invocation, {.schema = schema, .text = text, .run = [&] {
                                      return run(settings, invocation.out);
                                  }});
}

}  // namespace relay::cli
