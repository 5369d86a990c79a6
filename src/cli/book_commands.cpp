// SPDX-License-Identifier: Apache-2.0
#include "cli/book_commands.hpp"

#include "book_client/run.hpp"

#include <iostream>
#ifdef RELAY_WITH_BOOK
#include "book/run.hpp"
#endif

namespace relay::cli {
namespace {

int serve_bookings(const Invocation& invocation) {
#ifdef RELAY_WITH_BOOK
    return book_serve(invocation, book::run);
#else
    return book_serve(invocation, [](const auto&) -> Result<int> {
        return fail(Errc::internal, "this build has no booking server");
    });
#endif
}

int print_token(const Invocation& invocation) {
    return book_token(invocation, wall_clock());
}

int upload(const Invocation& invocation) {
    return book_upload(invocation, book_client::upload);
}

int reset(const Invocation& invocation) {
    return book_reset(invocation, [](const auto& settings, std::ostream& out) {
        return book_client::reset(settings, std::cin, out);
    });
}

int getstatus(const Invocation& invocation) {
    return book_getstatus(invocation, book_client::status);
}

int setstatus(const Invocation& invocation) {
    return book_setstatus(invocation, book_client::status);
}

int export_store(const Invocation& invocation) {
    return book_export(invocation, book_client::export_store);
}

int import_store(const Invocation& invocation) {
    return book_import(invocation, [](const auto& settings, std::ostream& out) {
        return book_client::import_store(settings, std::cin, out);
    });
}

int stats(const Invocation& invocation) {
    return book_stats(invocation, book_client::stats);
}

}  // namespace

std::vector<Command> book_commands() {
    return {
        {"book serve", {}, "give students sessions: one rig, one user", serve_bookings},
        {"book token", {}, "print a token for a class, or for administrators", print_token},
        {"book upload", {}, "make a booking server offer what a manifest says", upload},
        {"book reset", {}, "withdraw everything that a booking server offers", reset},
        {"book getstatus", {}, "show what is in a booking server", getstatus},
        {"book setstatus", {}, "lock or unlock a booking server, with a message", setstatus},
        {"book export",
         {},
         "write all of a booking server to a file, without secrets",
         export_store},
        {"book import", {}, "put an export into a booking server", import_store},
        {"book stats", {}, "show how rigs were used, and what was refused", stats},
    };
}

}  // namespace relay::cli
