// SPDX-License-Identifier: Apache-2.0
#include "cli/book_commands.hpp"
#include "cli/call_book.hpp"
#include "cli/settings.hpp"

namespace relay::cli {

int book_stats(const Invocation& invocation, const RunBookCall<book_client::Stats>& run) {
    book_client::Stats settings;
    bool json = false;
    const config::Schema schema = book_stats_settings(settings, json);
    const CommandText text{
        .summary =
            "Shows how much of the time each rig was booked, how often requests were "
            "refused and why, and who used how much.",
        .also = "book stats"};
    return call_book(invocation, {.schema = schema, .text = text, .run = [&] {
                                      if (json) settings.format = book_client::Format::json;
                                      return run(settings, invocation.out);
                                  }});
}

}  // namespace relay::cli
