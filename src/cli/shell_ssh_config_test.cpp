// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_code.hpp"
#include "cli/shell_commands.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace relay::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct ShellSshConfigTest : testing::Test {
    config::Environment environment;
    std::ostringstream out, err;

    int run(std::vector<std::string> further) {
        out.str("");
        err.str("");
        std::vector<std::string> arguments{"--machine=spin30",
                                           "--session=https://relay.example.org/shell/{machine}"};
        arguments.insert(arguments.end(), further.begin(), further.end());
        return shell_ssh_config({std::move(arguments), environment, out, err},
                                {.program = "/opt/relay", .folder = "/home/anna"});
    }
};

TEST_F(ShellSshConfigTest, ListsMachinesHoweverTheyAreGiven) {
    environment["HOME"] = "/home/anna";
    EXPECT_EQ(run({"--machine", "spin31 spin32\nspin33,spin34", "--token-file=~/{machine}"}),
              exit_ok)
        << err.str();
    for (const char* machine : {"spin30", "spin31", "spin32", "spin33", "spin34"})
        EXPECT_THAT(out.str(), HasSubstr("Host " + std::string(machine) + "\n"));
    EXPECT_THAT(out.str(), HasSubstr("ProxyCommand /opt/relay shell client --stdio "));
    EXPECT_THAT(err.str(), IsEmpty());
}

TEST_F(ShellSshConfigTest, PathsDoNotDependOnWhereSshIsCalled) {
    EXPECT_EQ(run({"--token-file=tokens/../{machine}", "--client-config=c.toml"}), exit_ok);
    EXPECT_THAT(out.str(), HasSubstr("--token-file /home/anna/spin30 --config /home/anna/c.toml"));
    EXPECT_EQ(run({"--token-file=~/{machine}", "--program=./relay"}), exit_ok);
    EXPECT_THAT(out.str(), HasSubstr("ProxyCommand /home/anna/relay shell"));
    EXPECT_THAT(out.str(), HasSubstr("--token-file ~/spin30\n"));
    EXPECT_EQ(run({"--token-file=/t", "--program=relay"}), exit_ok);
    EXPECT_THAT(out.str(), HasSubstr("ProxyCommand relay shell"));
}

TEST_F(ShellSshConfigTest, RefusesWhatTheClientWouldRefuse) {
    const std::string file = "--token-file=/t";
    EXPECT_EQ(run({}), exit_config);
    EXPECT_THAT(err.str(), HasSubstr("token-file: required"));
    environment["RELAY_MACHINES"] = "spin30";
    for (const char* url : {"wss://relay.example.org/shell/x", "relay.example.org", ""}) {
        std::ostringstream refused;
        const int code =
            shell_ssh_config({{file, "--session", url}, environment, out, refused}, {"/r", "/"});
        EXPECT_EQ(code, exit_config) << url;
        EXPECT_THAT(refused.str(), HasSubstr("session: ")) << url;
    }
    EXPECT_EQ(run({file, "--prefix=a b"}), exit_config);
    EXPECT_THAT(out.str(), IsEmpty());
}

}  // namespace
}  // namespace relay::cli
