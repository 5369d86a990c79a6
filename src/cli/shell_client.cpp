// SPDX-License-Identifier: Apache-2.0
#include "cli/public_address.hpp"
#include "cli/settings_access.hpp"
#include "cli/shell_access.hpp"
#include "cli/shell_commands.hpp"
#include "cli/start.hpp"

namespace relay::cli {
namespace {

// A name of a host's list; what it is the host alone knows.
Result<void> check_target(std::string_view name) {
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    if (name.size() <= 64 && name.find_first_not_of(letters) == name.npos) return {};
    return fail(Errc::invalid, "target: a name is up to 64 of A-Z a-z 0-9 . _ -");
}

Result<std::vector<std::string>> check(const shell_client::Config& config, const LogOptions& log) {
    if (auto good = check_shell_access(config.access, config.token, config.token_file, config.relay,
                                       "client");
        !good)
        return std::unexpected(good.error());
    if (auto good = check_target(config.target); !good) return std::unexpected(good.error());
    if (config.stdio && log.log.file == "stdout")
        return fail(Errc::invalid, "log-file: standard output carries the stream; name a file");
    std::vector<std::string> warnings;
    if (!config.stdio && is_public(config.listen))
        warnings.push_back("listen: every machine that reaches " + config.listen +
                           " reaches the host behind the relay");
    return warnings;
}

}  // namespace

int shell_client(const Invocation& invocation, const RunShellClient& run) {
    shell_client::Config config;
    LogOptions log;
    const AccessTarget access{config.access, config.token, config.token_file};
    const config::Schema schema = shell_client_settings(config, log);
    const CommandText text{
        .summary =
            "Reaches a machine behind a firewall through a relay: carries the connections to a "
            "local port, or, with --stdio, one stream for ssh's ProxyCommand (which `relay shell "
            "ssh-config` writes).",
        .also = "shell client",
        .service = true};
    return serve(invocation, {.schema = schema,
                              .text = text,
                              .log = log,
                              .check = [&] { return check(config, log); },
                              .run = [&] { return run(config); },
                              .settle = [&](const auto& loaded) { settle_token(loaded, access); },
                              .output_is_data = [&] { return config.stdio; }});
}

}  // namespace relay::cli
