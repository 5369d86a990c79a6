// SPDX-License-Identifier: Apache-2.0
#include "config/unknown.hpp"

#include <gmock/gmock.h>

namespace relay::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct UnknownTest : testing::Test {
    std::uint16_t port_target = 1;
    Secret secret_target;
    Schema host = schema("session host", "port", "RELAY_PORT", {"VW_"});
    Schema relay = schema("session relay", "access-port", "RELAY_ACCESS_PORT", {});
    Known known;

    UnknownTest() {
        relay.settings.push_back({.name = "secret",
                                  .group = "",
                                  .names = {{"RELAY_SECRET"}},
                                  .help = "",
                                  .value = secret(secret_target)});
        add_known(known, host);
        add_known(known, relay);
        known.variables.push_back("RELAY_GROUPS");
    }

    Schema schema(std::string command, std::string name, std::string variable,
                  std::vector<std::string> prefixes) {
        return {.command = std::move(command),
                .prefixes = std::move(prefixes),
                .settings = {{.name = std::move(name),
                              .group = "",
                              .names = {{std::move(variable)}},
                              .help = "",
                              .value = port(port_target)}}};
    }

    std::vector<std::string> keys_of_file(std::vector<FileEntry> entries) {
        return unknown_keys(relay,
                            {.flags = {},
                             .environment = {},
                             .file = std::move(entries),
                             .file_name = "f.toml",
                             .read_file = {}},
                            known);
    }
};

TEST_F(UnknownTest, MisspeltVariableIsReportedWithTheNearestName) {
    EXPECT_THAT(unknown_variables(relay, {{"RELAY_ACESS_PORT", "1"}}, known),
                ElementsAre("unknown variable RELAY_ACESS_PORT; did you mean RELAY_ACCESS_PORT?"));
    EXPECT_THAT(unknown_variables(relay, {{"RELAY_SECRET_FIEL", "1"}}, known),
                ElementsAre("unknown variable RELAY_SECRET_FIEL; did you mean RELAY_SECRET_FILE?"));
}

TEST_F(UnknownTest, VariableNearToNothingIsReportedAlone) {
    EXPECT_THAT(unknown_variables(relay, {{"RELAY_QUUXIFICATION_FACTOR", "1"}}, known),
                ElementsAre("unknown variable RELAY_QUUXIFICATION_FACTOR"));
}

TEST_F(UnknownTest, VariablesOfOtherCommandsAndProgramsAreNotReported) {
    EXPECT_THAT(unknown_variables(relay,
                                  {{"RELAY_PORT", "1"},
                                   {"RELAY_GROUPS", "everyone"},
                                   {"PATH", "/bin"},
                                   {"RELAYED", "1"},
                                   {"VW_PROT", "1"},
                                   {"RELAY_EMPTY", ""}},
                                  known),
                IsEmpty());
}

TEST_F(UnknownTest, PrefixesOfTheCommandAreWatchedToo) {
    EXPECT_THAT(unknown_variables(host, {{"VW_LOGLEVEL", "1"}}, known),
                ElementsAre("unknown variable VW_LOGLEVEL"));
}

TEST_F(UnknownTest, KeysKnownToAnyCommandMayStandAboveTheSections) {
    EXPECT_THAT(keys_of_file({{"", "port", "1", 1},
                              {"", "secret-file", "x", 2},
                              {"session-host", "port", "1", 4},
                              {"session-relay", "access-port", "1", 6}}),
                IsEmpty());
}

TEST_F(UnknownTest, SlipsInTheFileAreReportedWithLineAndNearestName) {
    EXPECT_THAT(keys_of_file({{"", "acess-port", "1", 1},
                              {"session-host", "prot", "1", 4},
                              {"session-host", "secret", "1", 5},
                              {"session-realy", "access-port", "1", 8}}),
                ElementsAre("f.toml:1: unknown key acess-port; did you mean access-port?",
                            "f.toml:4: unknown key prot in [session-host]; did you mean port?",
                            "f.toml:5: unknown key secret in [session-host]",
                            "f.toml:8: unknown section [session-realy]; did you mean "
                            "session-relay?"));
}

}  // namespace
}  // namespace relay::config
