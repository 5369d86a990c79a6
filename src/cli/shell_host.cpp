// SPDX-License-Identifier: Apache-2.0
#include "cli/settings_access.hpp"
#include "cli/shell_access.hpp"
#include "cli/shell_commands.hpp"
#include "cli/start.hpp"
#include "shell_host/targets.hpp"

namespace relay::cli {
namespace {

Result<std::vector<std::string>> check(const shell_host::Config& config) {
    if (auto good = check_shell_access(config.access, config.token, config.token_file, config.relay,
                                       "host");
        !good)
        return std::unexpected(good.error());
    if (const auto targets = shell_host::parse_targets(config); !targets)
        return std::unexpected(targets.error());
    return std::vector<std::string>{};
}

}  // namespace

int shell_host(const Invocation& invocation, const RunShellHost& run) {
    shell_host::Config config;
    LogOptions log;
    const AccessTarget access{config.access, config.token, config.token_file};
    const config::Schema schema = shell_host_settings(config, log);
    const CommandText text{
        .summary =
            "Runs on a machine behind a firewall: connects out to a relay, and lets the holders "
            "of client tokens reach its sshd, or what else its settings name.",
        .also = "shell host",
        .service = true};
    return serve(invocation, {.schema = schema,
                              .text = text,
                              .log = log,
                              .check = [&] { return check(config); },
                              .run = [&] { return run(config); },
                              .settle = [&](const auto& loaded) { settle_token(loaded, access); }});
}

}  // namespace relay::cli
