// SPDX-License-Identifier: Apache-2.0
#include "cli/session_client.hpp"

#include "cli/settings.hpp"
#include "cli/settings_access.hpp"
#include "cli/start.hpp"

#include <fmt/format.h>

#include <utility>

namespace relay::cli {
namespace {

using client::Outcome;

constexpr const char* exit_codes =
    "Exit codes: 0 done; 1 usage, a file, or not everything may have arrived; 2 the relay refused "
    "for good";

struct Client {
    const config::Schema& schema;
    const CommandText& text;
    LogOptions& log;
    client::Access& access;
    std::function<Result<void>()> check;  // what the table cannot
    std::function<Outcome()> run;
};

// Unlike a service's, standard output is for data: development logs to standard error.
void apply_development(LogOptions& options, const config::Loaded& loaded) {
    if (!options.development) return;
    if (loaded.is_default("log-level")) options.log.level = log::Level::trace;
    if (loaded.is_default("log-format")) options.log.format = log::Format::text;
}

int fail_with(const Invocation& invocation, const Client& client, std::string_view lines) {
    print_lines(invocation.err, client.schema, lines);
    return client::exit_failed;
}

int serve_client(const Invocation& invocation, const Client& client) {
    const auto started = start(invocation, client.schema, client.text);
    if (!started) return started.error() == 0 ? 0 : client::exit_failed;
    settle_token(started->loaded,
                 {client.access.session, client.access.token, client.access.token_file});
    if (const auto checked = client.check(); !checked) {
        return fail_with(invocation, client, checked.error().detail);
    }
    apply_development(client.log, started->loaded);
    if (const auto configured = log::configure(client.log.log); !configured) {
        return fail_with(invocation, client, "log-file: " + configured.error().detail);
    }
    for (const std::string& notice : started->loaded.notices) {
        log::warn("settings notice", {{"notice", notice}});
    }
    const Outcome outcome = client.run();
    for (const std::string& line : outcome.lines) print_lines(invocation.err, client.schema, line);
    return outcome.code;
}

// Without any file it logs to standard output, as the newest version of the original.
Result<void> complete(client::FileConfig& config) {
    if (config.check_only && config.play.empty()) {
        return fail(Errc::invalid, "check-only: there is nothing to check; give --play");
    }
    if (config.play.empty() && config.log.empty()) config.log = "-";
    return {};
}

Result<void> check(const client::PipeConfig& config) {
    if (config.send_only && config.receive_only) {
        return fail(Errc::invalid, "send-only: not together with --receive-only");
    }
    return {};
}

}  // namespace

int session_client_file(const Invocation& invocation,
                        const std::function<Outcome(const client::FileConfig&)>& run) {
    client::FileConfig config;
    LogOptions log;
    const config::Schema schema = session_client_file_settings(config, log);
    const CommandText text{
        .summary = fmt::format("Logs the messages of a topic, and plays a script into it "
                               "(docs/session-client.md). {}; 3 a condition timed out, with "
                               "--strict.",
                               exit_codes),
        .also = "relay client file, session client file"};
    return serve_client(invocation, {.schema = schema,
                                     .text = text,
                                     .log = log,
                                     .access = config.access,
                                     .check = [&] { return complete(config); },
                                     .run = [&] { return run(config); }});
}

int session_client_pipe(const Invocation& invocation,
                        const std::function<Outcome(const client::PipeConfig&)>& run) {
    client::PipeConfig config;
    LogOptions log;
    const config::Schema schema = session_client_pipe_settings(config, log);
    const CommandText text{
        .summary = fmt::format("Sends standard input to a topic and writes its messages to "
                               "standard output. {}.",
                               exit_codes),
        .also = "relay client pipe, session client pipe"};
    return serve_client(invocation, {.schema = schema,
                                     .text = text,
                                     .log = log,
                                     .access = config.access,
                                     .check = [&] { return check(config); },
                                     .run = [&] { return run(config); }});
}

int session_client_stats(const Invocation& invocation,
                         const std::function<Outcome(const client::StatsConfig&)>& run) {
    client::StatsConfig config;
    LogOptions log;
    const config::Schema schema = session_client_stats_settings(config, log);
    const CommandText text{
        .summary = fmt::format(
            "Shows the connections of a relay, live, from its topic `stats`. {}.", exit_codes),
        .also = "relay client stats, session client stats"};
    return serve_client(invocation, {.schema = schema,
                                     .text = text,
                                     .log = log,
                                     .access = config.access,
                                     .check = [] { return Result<void>(); },
                                     .run = [&] { return run(config); }});
}

}  // namespace relay::cli
