// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"
#include "cli/book_commands.hpp"
#include "cli/command.hpp"
#include "cli/demo.hpp"
#include "cli/documents.hpp"
#include "cli/exit_code.hpp"
#include "cli/session_client.hpp"
#include "cli/session_commands.hpp"
#include "cli/shell_commands.hpp"
#include "cli/version.hpp"

#include <fmt/ostream.h>

#include <iostream>
#ifdef RELAY_WITH_CLIENT
#include "client/run.hpp"
#endif
#ifdef RELAY_WITH_DEMO
#include "demo/run.hpp"
#endif
#ifdef RELAY_WITH_HOST
#include "host/run.hpp"
#endif
#ifdef RELAY_WITH_LOAD
#include "cli/load.hpp"
#endif
#ifdef RELAY_WITH_SERVER
#include "server/run.hpp"
#endif
#ifdef RELAY_WITH_SHELL_CLIENT
#include "shell_client/run.hpp"
#endif
#ifdef RELAY_WITH_SHELL_HOST
#include "shell_host/run.hpp"
#endif

extern char** environ;

namespace relay::cli {
namespace {

int print(const Invocation& invocation, std::string_view text) {
    fmt::print(invocation.out, "{}", text);
    return exit_ok;
}

int print_version(const Invocation& invocation) {
    return print(invocation, fmt::format("relay {}\n", version()));
}

// Each part is linked where this build has it; `--help` and `--check` work without.
[[maybe_unused]] std::unexpected<Error> not_built(std::string_view part) {
    return fail(Errc::internal, fmt::format("this build has no {}", part));
}

int run_session_relay(const Invocation& invocation) {
#ifdef RELAY_WITH_SERVER
    return session_relay(invocation, server::run);
#else
    return session_relay(invocation, [](const auto&) { return not_built("session relay"); });
#endif
}

int run_session_host(const Invocation& invocation) {
#ifdef RELAY_WITH_HOST
    return session_host(invocation, host::run);
#else
    return session_host(invocation, [](const auto&) { return not_built("session host"); });
#endif
}

#ifndef RELAY_WITH_CLIENT
client::Outcome no_client() {
    return {client::exit_failed, {not_built("session client").error().detail}};
}
#endif

int run_client_file(const Invocation& invocation) {
#ifdef RELAY_WITH_CLIENT
    return session_client_file(invocation, client::run_file);
#else
    return session_client_file(invocation, [](const auto&) { return no_client(); });
#endif
}

int run_client_pipe(const Invocation& invocation) {
#ifdef RELAY_WITH_CLIENT
    return session_client_pipe(invocation, client::run_pipe);
#else
    return session_client_pipe(invocation, [](const auto&) { return no_client(); });
#endif
}

int run_client_stats(const Invocation& invocation) {
#ifdef RELAY_WITH_CLIENT
    return session_client_stats(invocation, client::run_stats);
#else
    return session_client_stats(invocation, [](const auto&) { return no_client(); });
#endif
}

int run_shell_relay(const Invocation& invocation) {
#ifdef RELAY_WITH_SERVER
    return shell_relay(invocation, server::run);
#else
    return shell_relay(invocation, [](const auto&) { return not_built("shell relay"); });
#endif
}

int run_shell_host(const Invocation& invocation) {
#ifdef RELAY_WITH_SHELL_HOST
    return shell_host(invocation, shell_host::run);
#else
    return shell_host(invocation, [](const auto&) { return not_built("shell host"); });
#endif
}

int run_shell_client(const Invocation& invocation) {
#ifdef RELAY_WITH_SHELL_CLIENT
    return shell_client(invocation, shell_client::run);
#else
    return shell_client(invocation, [](const auto&) { return not_built("shell client"); });
#endif
}

int run_demo(const Invocation& invocation) {
#ifdef RELAY_WITH_DEMO
    return demo(invocation, relay::demo::run);
#else
    return demo(invocation, [](const auto&) { return not_built("demonstration"); });
#endif
}

int run_load(const Invocation& invocation) {
#ifdef RELAY_WITH_LOAD
    return load(invocation);
#else
    fmt::print(invocation.err, "relay load: {}\n", not_built("load generator").error().detail);
    return exit_store;
#endif
}

int run_session_token(const Invocation& invocation) {
    return session_token(invocation, wall_clock());
}

int run_shell_token(const Invocation& invocation) {
    return shell_token(invocation, wall_clock());
}

int run_shell_ssh_config(const Invocation& invocation) {
    std::error_code ignored;  // the paths are then empty, and the text says so where it fails
    return shell_ssh_config(invocation,
                            {.program = std::filesystem::read_symlink("/proc/self/exe", ignored),
                             .folder = std::filesystem::current_path(ignored)});
}

int print_settings_document(const Invocation& invocation) {
    return print(invocation, settings_document());
}

int print_manual_page(const Invocation& invocation) {
    return print(invocation, manual_page(commands()));
}

}  // namespace

std::vector<Command> commands() {
    std::vector<Command> table{
        {"session relay",
         {"serve"},
         "pass live messages among viewers and experiments",
         run_session_relay},
        {"session host",
         {"host"},
         "carry an experiment's video and data to relays",
         run_session_host},
        {"session client file",
         {"client file"},
         "log a topic, and play scripts into it",
         run_client_file},
        {"session client pipe",
         {"client pipe"},
         "standard input to a topic, the topic to standard output",
         run_client_pipe},
        {"session client stats",
         {"client stats"},
         "show who is connected to a relay, live",
         run_client_stats},
        {"session token", {"token"}, "print a token for a session", run_session_token},
        {"shell relay", {}, "join ssh and other byte streams to machines", run_shell_relay},
        {"shell host", {}, "make a machine reachable through a relay", run_shell_host},
        {"shell client", {}, "reach a machine through a relay", run_shell_client},
        {"shell token", {}, "print a token for a machine, or for who reaches it", run_shell_token},
        {"shell ssh-config",
         {},
         "print ssh's configuration for a list of machines",
         run_shell_ssh_config},
    };
    const std::vector<Command> bookings = book_commands();
    const std::vector<Command> others{
        {"demo", {}, "book and use simulated experiments, live, on a web page", run_demo},
        {"load", {}, "put a relay under load, verify and measure it", run_load},
        {"version", {}, "print the version", print_version},
        {"docs settings", {}, "print docs/settings.md", print_settings_document, true},
        {"docs man", {}, "print docs/relay.1", print_manual_page, true},
    };
    table.insert(table.end(), bookings.begin(), bookings.end());
    table.insert(table.end(), others.begin(), others.end());
    return table;
}

config::Environment process_environment() {
    config::Environment variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals != text.npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

int run(std::span<const std::string> words, const config::Environment& environment) {
    const std::vector<Command> table = commands();
    return dispatch(table, words, environment, std::cout, std::cerr);
}

}  // namespace relay::cli
