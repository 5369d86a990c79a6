// SPDX-License-Identifier: Apache-2.0
#include "cli/settings_for_test.hpp"

#include <span>
#include <tuple>

namespace relay::cli {
namespace {

// shared/spec/environment.md (shell), shell.md §4 and §5.
constexpr Row relay_rows[] = {
    {"RELAY_ACCESS_PORT", "access-port", false},
    {"SHELLRELAY_ACCESSPORT", "access-port"},
    {"JUMP_RELAY_PORT_ACCESS", "access-port"},
    {"RELAY_ACCESS_FQDN", "access-fqdn", false},
    {"SHELLRELAY_ACCESSFQDN", "access-fqdn"},
    {"JUMP_RELAY_AUDIENCE", "access-fqdn"},
    {"RELAY_AUDIENCE", "access-fqdn"},
    {"RELAY_RELAY_PORT", "relay-port", false},
    {"SHELLRELAY_RELAYPORT", "relay-port"},
    {"JUMP_RELAY_PORT_RELAY", "relay-port"},
    {"RELAY_RELAY_FQDN", "relay-fqdn", false},
    {"SHELLRELAY_RELAYFQDN", "relay-fqdn"},
    {"JUMP_RELAY_URL", "relay-fqdn"},
    {"RELAY_SECRET", "secret", false},
    {"SHELLRELAY_SECRET", "secret"},
    {"JUMP_RELAY_SECRET", "secret"},
    {"RELAY_DEVELOPMENT", "development", false},
    {"SHELLRELAY_DEVELOPMENT", "development"},
    {"JUMP_RELAY_LOG_LEVEL", "log-level"},
    {"JUMP_RELAY_LOG_FORMAT", "log-format"},
    {"JUMP_RELAY_LOG_FILE", "log-file"},
    {"JUMP_RELAY_STATS_EVERY", "stats-every"},
    {"JUMP_RELAY_TIDY_EVERY", "tidy-every"},
    {"JUMP_RELAY_BUFFER_SIZE", "buffer-size"},
    {"JUMP_RELAY_PROFILE", "profile"},
    {"JUMP_RELAY_PORT_PROFILE", "port-profile"},
    {"RELAY_SHELL_QUEUE", "shell-queue", false},
    {"RELAY_HOST_WAIT", "host-wait", false},
    {"RELAY_AUDIT_FILE", "audit-file", false},
};
constexpr Row host_rows[] = {
    {"RELAY_LOCAL_PORT", "local-port", false},
    {"SHELLHOST_LOCALPORT", "local-port"},
    {"JUMP_HOST_LOCAL_PORT", "local-port"},
    {"RELAY_SESSION", "session", false},
    {"SHELLHOST_RELAYSESSION", "session"},
    {"JUMP_HOST_ACCESS", "session"},
    {"RELAY_TOKEN", "token", false},
    {"SHELLHOST_TOKEN", "token"},
    {"JUMP_HOST_TOKEN", "token"},
    {"RELAY_TOKEN_FILE", "token-file", false},
    {"RELAY_DEVELOPMENT", "development", false},
    {"SHELLHOST_DEVELOPMENT", "development"},
    {"JUMP_HOST_DEVELOPMENT", "development"},
    {"RELAY_TARGETS", "target", false},
};
constexpr Row client_rows[] = {
    {"RELAY_LOCAL_PORT", "local-port", false},
    {"SHELLCLIENT_LOCALPORT", "local-port"},
    {"JUMP_CLIENT_LOCAL_PORT", "local-port"},
    {"RELAY_SESSION", "session", false},
    {"SHELLCLIENT_RELAYSESSION", "session"},
    {"JUMP_CLIENT_RELAY_SESSION", "session"},
    {"RELAY_TOKEN", "token", false},
    {"SHELLCLIENT_TOKEN", "token"},
    {"JUMP_CLIENT_TOKEN", "token"},
    {"RELAY_DEVELOPMENT", "development", false},
    {"SHELLCLIENT_DEVELOPMENT", "development"},
    {"JUMP_CLIENT_LOG_LEVEL", "log-level"},
    {"JUMP_CLIENT_LOG_FORMAT", "log-format"},
    {"JUMP_CLIENT_LOG_FILE", "log-file"},
    {"RELAY_TARGET", "target", false},
};
constexpr Row token_rows[] = {
    {"RELAY_LIFETIME", "lifetime", false},
    {"SHELLTOKEN_LIFETIME", "lifetime"},
    {"JUMP_TOKEN_LIFETIME", "lifetime"},
    {"RELAY_ROLE", "role", false},
    {"SHELLTOKEN_ROLE", "role"},
    {"JUMP_TOKEN_ROLE", "role"},
    {"RELAY_SECRET", "secret", false},
    {"SHELLTOKEN_SECRET", "secret"},
    {"JUMP_TOKEN_SECRET", "secret"},
    {"RELAY_TOPIC", "topic", false},
    {"SHELLTOKEN_TOPIC", "topic"},
    {"JUMP_TOKEN_TOPIC", "topic"},
    {"RELAY_CONNECTION_TYPE", "connection-type", false},
    {"SHELLTOKEN_CONNECTIONTYPE", "connection-type"},
    {"JUMP_TOKEN_CONNECTION_TYPE", "connection-type"},
    {"RELAY_AUDIENCE", "audience", false},
    {"RELAY_ACCESS_FQDN", "audience", false},
    {"SHELLTOKEN_AUDIENCE", "audience"},
    {"JUMP_TOKEN_AUDIENCE", "audience"},
    {"RELAY_SUBJECT", "subject", false},
    {"RELAY_BOOKING_ID", "booking-id", false},
};
constexpr Row ssh_config_rows[] = {
    {"RELAY_MACHINES", "machine", false},
    {"RELAY_SESSION", "session", false},
    {"RELAY_TOKEN_FILE", "token-file", false},
    {"RELAY_SSH_PREFIX", "prefix", false},
};

struct ShellSettings : testing::Test {
    static void expect_all(const std::string& command, std::span<const Row> rows) {
        for (const Row& row : rows) {
            SCOPED_TRACE(row.variable);
            expect_reaches(command, row);
        }
    }
};

TEST_F(ShellSettings, OfTheRelayTakeEveryNameOfTheSpecification) {
    expect_all("shell relay", relay_rows);
}

TEST_F(ShellSettings, OfTheHostTakeEveryNameOfTheSpecification) {
    expect_all("shell host", host_rows);
}

TEST_F(ShellSettings, OfTheClientTakeEveryNameOfTheSpecification) {
    expect_all("shell client", client_rows);
}

TEST_F(ShellSettings, OfTheTokenTakeEveryNameOfTheSpecification) {
    expect_all("shell token", token_rows);
}

TEST_F(ShellSettings, OfSshConfigHaveVariables) {
    expect_all("shell ssh-config", ssh_config_rows);
}

TEST_F(ShellSettings, SlipsInOlderNamesAreTold) {
    for (const auto& [command, variable, meant] :
         {std::tuple("shell relay", "SHELLRELAY_ACESSPORT", "SHELLRELAY_ACCESSPORT"),
          std::tuple("shell host", "JUMP_HOST_ACESS", "JUMP_HOST_ACCESS"),
          std::tuple("shell token", "SHELLTOKEN_ROLES", "SHELLTOKEN_ROLE")}) {
        const AllSettings all;
        config::Sources sources;
        sources.environment = {{variable, "1"}};
        const auto loaded = config::load(schema_of(all, command), sources, known_names());
        ASSERT_TRUE(loaded) << loaded.error().detail;
        ASSERT_EQ(loaded->notices.size(), 1u) << variable;
        EXPECT_NE(loaded->notices.front().find(std::string("did you mean ") + meant + "?"),
                  std::string::npos)
            << loaded->notices.front();
    }
}

// A relay beside hosts and clients in one environment must not open their ports to everyone.
TEST_F(ShellSettings, TheRelaysAddressIsNotTheClients) {
    const AllSettings all;
    config::Sources sources;
    sources.environment = {{"RELAY_LISTEN", "::"}};
    const auto loaded = config::load(schema_of(all, "shell client"), sources, known_names());
    ASSERT_TRUE(loaded) << loaded.error().detail;
    EXPECT_EQ(all.shell_client.listen, "127.0.0.1");
}

}  // namespace
}  // namespace relay::cli
