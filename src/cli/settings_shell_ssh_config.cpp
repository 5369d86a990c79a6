// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.hpp"

namespace relay::cli {
namespace {

using config::Setting;

std::vector<Setting> machine_settings(SshConfigPlan& plan) {
    return {
        {.name = "machine",
         .group = "Machines",
         .names = {{"RELAY_MACHINES"}},
         .help = "Names of the machines, each the id of its shell at the relay.",
         .value = config::list(plan.machines),
         .required = true},
        {.name = "session",
         .group = "Machines",
         .names = {{"RELAY_SESSION"}},
         .help = "Access URL of a machine, {machine} standing for its name: "
                 "https://relay.example/shell/{machine}.",
         .value = config::text(plan.session, "URL"),
         .required = true},
        {.name = "token-file",
         .group = "Machines",
         .names = {{"RELAY_TOKEN_FILE"}},
         .help = "File that holds the client token of a machine: "
                 "'~/.config/relay/{machine}.token'.",
         .value = config::text(plan.token_file, "PATH"),
         .required = true},
        {.name = "target",
         .group = "Machines",
         .names = {{"RELAY_TARGET"}},
         .help = "Name of what the hosts shall connect to; their own sshd when empty.",
         .value = config::text(plan.target, "NAME")},
    };
}

std::vector<Setting> ssh_settings(SshConfigPlan& plan) {
    return {
        {.name = "prefix",
         .group = "For ssh",
         .names = {{"RELAY_SSH_PREFIX"}},
         .help = "In front of the machine's name for ssh: with lab- it is `ssh lab-spin30`.",
         .value = config::text(plan.prefix)},
        {.name = "user",
         .group = "For ssh",
         .names = {{"RELAY_SSH_USER"}},
         .help = "User on the machines.",
         .value = config::text(plan.user, "NAME")},
        {.name = "client-config",
         .group = "For ssh",
         .names = {{"RELAY_SSH_CLIENT_CONFIG"}},
         .help = "Settings file for `relay shell client`, for all that has no flag here: proxies, "
                 "certificates, outages.",
         .value = config::text(plan.client_config, "PATH")},
        {.name = "program",
         .group = "For ssh",
         .names = {{"RELAY_SSH_PROGRAM"}},
         .help = "Where relay is on the machine that the text is for; this program when empty.",
         .value = config::text(plan.program, "PATH")},
    };
}

}  // namespace

config::Schema shell_ssh_config_settings(SshConfigPlan& plan) {
    config::Schema schema{.command = "shell ssh-config", .prefixes = {}, .settings = {}};
    for (auto& rows : {machine_settings(plan), ssh_settings(plan)})
        schema.settings.insert(schema.settings.end(), rows.begin(), rows.end());
    return schema;
}

}  // namespace relay::cli
