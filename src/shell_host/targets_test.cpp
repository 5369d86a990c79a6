// SPDX-License-Identifier: Apache-2.0
#include "shell_host/targets.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace relay::shell_host {
namespace {

Result<Targets> parse(std::vector<std::string> texts, std::uint16_t port = 22) {
    Config config;
    config.local_port = port;
    config.targets = std::move(texts);
    return parse_targets(config);
}

std::optional<std::string> address(const Targets& targets, std::string_view name) {
    const TargetAddress* const found = targets.find(name);
    return found ? std::optional(found->text()) : std::nullopt;
}

TEST(Targets, are_this_machines_ssh_server_for_a_client_that_names_none) {
    EXPECT_EQ(address(parse({}).value(), ""), "localhost:22");
    EXPECT_EQ(address(parse({}, 2222).value(), ""), "localhost:2222");
}

TEST(Targets, are_found_by_their_exact_names_only) {
    const auto targets =
        parse({"db=10.0.0.7:5432", "web.v2_a-b=lab-pi.local:80", "six=[fd00::1]:22"});
    ASSERT_TRUE(targets) << targets.error().detail;
    EXPECT_EQ(address(*targets, "db"), "10.0.0.7:5432");
    EXPECT_EQ(address(*targets, "web.v2_a-b"), "lab-pi.local:80");
    EXPECT_EQ(address(*targets, "six"), "[fd00::1]:22");
    EXPECT_EQ(targets->find("six")->host, "fd00::1");
    EXPECT_EQ(address(*targets, ""), "localhost:22");
    for (const char* name : {"DB", "db ", "d", "dbx", "localhost", "10.0.0.7:5432"})
        EXPECT_EQ(address(*targets, name), std::nullopt) << name;
}

TEST(Targets, that_are_malformed_are_named_with_the_setting_and_the_reason) {
    struct Case {
        std::string text;
        const char* reason;
    };
    const char* name = "a name is 1 to 64 of A-Z a-z 0-9 . _ - and stands before =";
    const char* port = "the port is not a number within 1..65535";
    const char* host = "the host is not a name or an address";
    for (const auto& [text, reason] :
         {Case{"", "must be NAME=HOST:PORT"},
          {"db", "must be NAME=HOST:PORT"},
          {"10.0.0.7:5432", "must be NAME=HOST:PORT"},
          {"=10.0.0.7:5432", name},
          {"d b=10.0.0.7:5432", name},
          {"d/b=10.0.0.7:5432", name},
          {std::string(65, 'x') + "=10.0.0.7:5432", name},
          {"db=", "the port is missing"},
          {"db=10.0.0.7", "the port is missing"},
          {"db=10.0.0.7:", port},
          {"db=10.0.0.7:0", port},
          {"db=10.0.0.7:65536", port},
          {"db=10.0.0.7:22x", port},
          {"db=10.0.0.7:+22", port},
          {"db=:22", host},
          {"db=a b:22", host},
          {"db=http://a:22", "an IPv6 address needs brackets"},
          {"db=fd00::1:22", "an IPv6 address needs brackets"},
          {"db=[]:22", "no IPv6 address stands in the brackets"},
          {"db=[10.0.0.7]:22", "no IPv6 address stands in the brackets"}}) {
        const auto targets = parse({text});
        ASSERT_FALSE(targets) << text;
        EXPECT_EQ(targets.error().detail, "target: " + text + ": " + reason);
        EXPECT_EQ(targets.error().code, Errc::invalid);
    }
}

TEST(Targets, have_one_address_for_each_name) {
    const auto targets = parse({"db=a:1", "db=a:1"});
    ASSERT_FALSE(targets);
    EXPECT_EQ(targets.error().detail, "target: db=a:1: the name comes twice");
}

TEST(Targets, need_a_port) {
    EXPECT_EQ(parse({}, 0).error().detail, "local-port: must be within 1..65535");
}

}  // namespace
}  // namespace relay::shell_host
