// SPDX-License-Identifier: Apache-2.0
#include "cli/call_book.hpp"

#include "cli/exit_code.hpp"

namespace relay::cli {

int call_book(const Invocation& invocation, const BookCall& call) {
    const auto started = start(invocation, call.schema, call.text);
    if (!started) return started.error();
    for (const std::string& notice : started->loaded.notices)
        print_lines(invocation.err, call.schema, notice);
    const auto done = call.run();
    if (done) return exit_ok;
    invocation.out.flush();  // a question stands before what became of it
    print_lines(invocation.err, call.schema, done.error().detail);
    return done.error().code == Errc::interrupted ? exit_declined : exit_code(done.error());
}

}  // namespace relay::cli
