// SPDX-License-Identifier: Apache-2.0
#include "cli/ssh_config.hpp"

#include <gmock/gmock.h>

namespace relay::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

struct SshConfigTest : testing::Test {
    SshConfigPlan plan{.session = "https://relay.example.org/shell/{machine}",
                       .token_file = "~/.config/relay/{machine}.token",
                       .machines = {"spin30", "spin31"},
                       .prefix = "lab-",
                       .user = "pi",
                       .target = "",
                       .client_config = "",
                       .program = "/usr/local/bin/relay"};

    std::string text() const { return ssh_config_text(plan).value_or("(refused)"); }
    std::string refusal() const {
        const auto result = ssh_config_text(plan);
        return result ? "(taken)" : result.error().detail;
    }
};

TEST_F(SshConfigTest, EachMachineHasABlock) {
    EXPECT_EQ(text(), R"(# Made by `relay shell ssh-config`: make it anew rather than edit it.

Host lab-spin30
    HostName spin30
    HostKeyAlias lab-spin30
    User pi
    ProxyCommand /usr/local/bin/relay shell client --stdio --session https://relay.example.org/shell/spin30 --token-file ~/.config/relay/spin30.token
    ServerAliveInterval 30
    ServerAliveCountMax 10

Host lab-spin31
    HostName spin31
    HostKeyAlias lab-spin31
    User pi
    ProxyCommand /usr/local/bin/relay shell client --stdio --session https://relay.example.org/shell/spin31 --token-file ~/.config/relay/spin31.token
    ServerAliveInterval 30
    ServerAliveCountMax 10
)");
}

TEST_F(SshConfigTest, WhatIsNotAskedForIsNotWritten) {
    plan.user = plan.prefix = "";
    EXPECT_THAT(text(), HasSubstr("Host spin30\n"));
    EXPECT_THAT(text(), Not(HasSubstr("User")));
    EXPECT_THAT(text(), Not(HasSubstr("--target")));
    EXPECT_THAT(text(), Not(HasSubstr("--config")));
}

TEST_F(SshConfigTest, TargetAndClientConfigGoToTheClient) {
    plan.target = "camera";
    plan.client_config = "~/.config/relay/my client.toml";
    EXPECT_THAT(text(), HasSubstr(".token --target camera --config "
                                  "~/'.config/relay/my client.toml'\n"));
}

TEST_F(SshConfigTest, SeveralRelaysAreOneWord) {
    plan.session = "https://a/shell/{machine} https://b/shell/{machine}";
    EXPECT_THAT(text(), HasSubstr("--session 'https://a/shell/spin30 https://b/shell/spin30' "));
}

TEST_F(SshConfigTest, OneMachineNeedsNoPlaceholder) {
    plan.machines = {"spin30"};
    plan.session = "https://a/shell/x";
    plan.token_file = "/etc/x.token";
    EXPECT_THAT(text(), HasSubstr("--session https://a/shell/x --token-file /etc/x.token\n"));
}

TEST_F(SshConfigTest, SeveralMachinesNeedOneEach) {
    plan.token_file = "x.token";
    EXPECT_THAT(refusal(), HasSubstr("token-file: write {machine}"));
    plan.session = "https://a/shell/x";
    EXPECT_THAT(refusal(), HasSubstr("session: write {machine}"));
}

// What ssh takes for patterns, comments and further words.
TEST_F(SshConfigTest, NamesThatSshWouldMisreadAreRefused) {
    for (const char* name :
         {"a b", "*", "a?", "!a", "a#", "a\nProxyCommand evil", "-a", "a/b", "a%h", "ä", "\"a\""}) {
        SshConfigPlan given = plan;
        given.machines = {name};
        EXPECT_FALSE(ssh_config_text(given)) << name;
        given = plan;
        given.prefix = name;
        EXPECT_FALSE(ssh_config_text(given)) << name;
        given = plan;
        given.user = name;
        EXPECT_FALSE(ssh_config_text(given)) << name;
        given = plan;
        given.target = name;
        EXPECT_FALSE(ssh_config_text(given)) << name;
    }
    plan.machines = {std::string(65, 'a')};
    EXPECT_THAT(refusal(), HasSubstr("machine: expected up to 64"));
    plan.machines = {};
    EXPECT_THAT(refusal(), HasSubstr("machine: give at least one"));
}

TEST_F(SshConfigTest, RefusalOfAWordNamesItsSetting) {
    plan.token_file = "~/{machine}\n";
    EXPECT_THAT(refusal(), HasSubstr("token-file: control characters"));
    plan.token_file = "~bob/{machine}";
    EXPECT_THAT(refusal(), HasSubstr("token-file: ~ is understood as in ~/ only"));
    plan.program = "C:\\relay";
    EXPECT_THAT(refusal(), HasSubstr("program: control characters and backslashes"));
}

TEST(ProxyWord, IsWhatSshAndTheShellTakeForTheText) {
    const std::pair<const char*, const char*> rows[] = {
        {"", "''"},
        {"plain-1.2_3/a:b@c+d=e,f", "plain-1.2_3/a:b@c+d=e,f"},
        {"a b", "'a b'"},
        {"%h", "%%h"},
        {"100% sure", "'100%% sure'"},
        {"it's", R"('it'\''s')"},
        {"$(id) `id` ${HOME}", "'$(id) `id` ${HOME}'"},
        {"a;b|c&d<e>f(g)*?[h]#i!j", "'a;b|c&d<e>f(g)*?[h]#i!j'"},
        {"\"", "'\"'"},
        {"~/x", "'~/x'"},
        {"ä", "'ä'"},
    };
    for (const auto& [text, word] : rows) EXPECT_EQ(proxy_word(text).value_or("-"), word) << text;
}

TEST(ProxyPath, LeavesTheHomeDirectoryToTheShell) {
    EXPECT_EQ(proxy_path("~/a b").value_or("-"), "~/'a b'");
    EXPECT_EQ(proxy_path("~/").value_or("-"), "~/");
    EXPECT_EQ(proxy_path("/a~/b").value_or("-"), "'/a~/b'");
    EXPECT_FALSE(proxy_path("~"));
    EXPECT_FALSE(proxy_path("~/a\\b"));
}

}  // namespace
}  // namespace relay::cli
