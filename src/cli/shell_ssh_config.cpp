// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_code.hpp"
#include "cli/shell_access.hpp"
#include "cli/shell_commands.hpp"
#include "cli/ssh_config.hpp"
#include "cli/start.hpp"

#include <fmt/ostream.h>

namespace relay::cli {
namespace {

// ssh may be called from anywhere. `~/` is left to the shell that ssh starts.
void make_absolute(std::string& path, const std::filesystem::path& folder) {
    if (path.empty() || path.starts_with('~')) return;
    path = (folder / path).lexically_normal().string();
}

void complete(SshConfigPlan& plan, const Surroundings& surroundings) {
    make_absolute(plan.token_file, surroundings.folder);
    make_absolute(plan.client_config, surroundings.folder);
    // A bare name is looked for in the PATH.
    if (plan.program.find('/') != plan.program.npos)
        make_absolute(plan.program, surroundings.folder);
    if (plan.program.empty()) plan.program = surroundings.program.string();
}

Result<std::string> compose(SshConfigPlan plan, const Surroundings& surroundings) {
    complete(plan, surroundings);
    auto text = ssh_config_text(plan);
    if (!text) return text;
    if (auto good = check_shell_access(for_machine(plan.session, plan.machines.front()), {},
                                       plan.token_file, {}, "");
        !good)
        return std::unexpected(good.error());
    return text;
}

}  // namespace

int shell_ssh_config(const Invocation& invocation, const Surroundings& surroundings) {
    SshConfigPlan plan;
    const config::Schema schema = shell_ssh_config_settings(plan);
    const CommandText text{
        .summary =
            "Prints blocks for ssh's configuration, so that ssh, scp, sftp, rsync, ansible "
            "and editors reach machines through a relay by name: append it to "
            "~/.ssh/config, or let that include it.",
        .also = "shell ssh-config"};
    const auto started = start(invocation, schema, text);
    if (!started) return started.error();
    const auto composed = compose(plan, surroundings);
    if (!composed) {
        print_lines(invocation.err, schema, composed.error().detail);
        return exit_code(composed.error());
    }
    for (const std::string& notice : started->loaded.notices)
        print_lines(invocation.err, schema, notice);
    fmt::print(invocation.out, "{}", *composed);
    return exit_ok;
}

}  // namespace relay::cli
