// SPDX-License-Identifier: Apache-2.0
#include "shell_host/alert.hpp"

#include <gtest/gtest.h>

namespace relay::shell_host {
namespace {

wire::MessagePtr message(std::string_view text, wire::MessageType type = wire::MessageType::text) {
    return wire::Message::copy_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                                  type);
}

Result<Alert> parse(std::string_view text) {
    return parse_alert(*message(text));
}

ConnectAlert connect(std::string_view text) {
    return std::get<ConnectAlert>(parse(text).value());
}

TEST(Alert, of_a_client_of_the_reference_holds_an_address_and_a_name) {
    const auto alert = connect(
        R"({"action":"connect","uri":"wss://relay.test/shell/lab/7-a?code=c","uuid":"7-a"})");
    EXPECT_EQ(alert.connection, "7-a");
    EXPECT_EQ(alert.address.host, "relay.test");
    EXPECT_EQ(alert.address.target, "/shell/lab/7-a?code=c");
    EXPECT_EQ(alert.target, "");
    EXPECT_FALSE(alert.resumable);
}

TEST(Alert, of_a_client_of_ours_names_its_target_and_its_form) {
    const auto alert = connect(R"({"action":"connect","uri":"ws://a.test/","uuid":"7",
        "subprotocol":"relay.resume.v1","target":"data.base","later":["versions"]})");
    EXPECT_TRUE(alert.resumable);
    EXPECT_EQ(alert.target, "data.base");
}

// Spec §6 defect 5: the reference parsed the empty uri first, and so never disconnected.
TEST(Alert, of_a_client_that_has_gone_needs_no_address) {
    const auto alert = parse(R"({"action":"disconnect","uri":"","uuid":"7-a"})");
    EXPECT_EQ(std::get<DisconnectAlert>(alert.value()).connection, "7-a");
    EXPECT_TRUE(parse(R"({"action":"disconnect","uuid":"7-a"})"));
}

TEST(Alert, that_is_malformed_is_told_without_its_contents) {
    struct Case {
        const char* text;
        const char* error;
    };
    const std::string long_name(65, 'x');
    const std::string long_target =
        R"({"action":"connect","uri":"ws://a.test/","uuid":"7","target":")" + long_name + "\"}";
    const std::string long_text(16 * 1024 + 1, ' ');
    const std::string long_uuid = R"({"action":"disconnect","uuid":")" + long_name + "\"}";
    for (const auto& [text, error] : {
             Case{"", "not a JSON object"},
             {"secret", "not a JSON object"},
             {long_text.c_str(), "too long"},
             {R"({"action":"connect")", "not a JSON object"},
             {R"(["connect"])", "not a JSON object"},
             {R"({"action":"connect"}{"action":"connect"})", "not a JSON object"},
             {"{}", "action is neither connect nor disconnect"},
             {R"({"action":"secret"})", "action is neither connect nor disconnect"},
             {R"({"action":["connect"]})", "action is neither connect nor disconnect"},
             {R"({"action":"connect","uri":"ws://a.test/"})", "uuid is not a connection's name"},
             {R"({"action":"disconnect","uuid":7})", "uuid is not a connection's name"},
             {R"({"action":"disconnect","uuid":"../secret"})", "uuid is not a connection's name"},
             {long_uuid.c_str(), "uuid is not a connection's name"},
             {R"({"action":"connect","uuid":"7","uri":7})", "uri is not a text"},
             {R"({"action":"connect","uuid":"7"})", "uri is not a WebSocket address"},
             {R"({"action":"connect","uuid":"7","uri":"secret"})",
              "uri is not a WebSocket address"},
             {R"({"action":"connect","uuid":"7","uri":"http://a.test/?code=secret"})",
              "uri is not a WebSocket address"},
             {R"({"action":"connect","uuid":"7","uri":"ws://a.test/","subprotocol":"secret"})",
              "subprotocol is not one that was offered"},
             {R"({"action":"connect","uuid":"7","uri":"ws://a.test/","subprotocol":true})",
              "subprotocol is not one that was offered"},
             {R"({"action":"connect","uuid":"7","uri":"ws://a.test/","target":null})",
              "target is not a name"},
             {long_target.c_str(), "target is not a name"},
         }) {
        const auto alert = parse(text);
        ASSERT_FALSE(alert) << text;
        EXPECT_EQ(alert.error().detail, error) << text;
    }
}

TEST(Alert, is_a_text_message) {
    const auto binary = message(R"({"action":"disconnect","uuid":"7"})", wire::MessageType::binary);
    EXPECT_FALSE(parse_alert(*binary));
}

bool leads(const char* uri, const char* manager = "wss://relay.test/base/shell/lab-1") {
    ConnectAlert alert;
    alert.connection = "7-a";
    alert.address = net::parse_url(uri).value();
    return leads_to_relay(alert, net::parse_url(manager).value());
}

TEST(Alert, leads_to_the_relay_of_the_manager_connection) {
    EXPECT_TRUE(leads("wss://relay.test/base/shell/lab-1/7-a?code=c"));
    EXPECT_TRUE(leads("wss://relay.test:443/base/shell/lab-1/7-a?code=c"));
    EXPECT_TRUE(leads("wss://Relay.Test/base/shell/lab-1/7-a"));
    EXPECT_TRUE(leads("wss://relay.test/connect/lab-1/7-a")) << "a client of later versions";
    EXPECT_TRUE(leads("ws://[::1]:80/shell/lab/7-a", "ws://[::1]/shell/lab"));
}

// Spec §6 defect 15: the reference dials whatever somebody with a host token sends.
TEST(Alert, that_leads_elsewhere_is_recognised) {
    for (const char* uri :
         {"wss://evil.test/base/shell/lab-1/7-a", "wss://relay.test.evil.test/shell/lab-1/7-a",
          "ws://relay.test:443/base/shell/lab-1/7-a", "wss://relay.test:444/base/shell/lab-1/7-a",
          "wss://relay.test/base/shell/lab-2/7-a", "wss://relay.test/base/shell/lab-1/7-b",
          "wss://relay.test/base/shell/xlab-1/7-a", "wss://relay.test/base/shell/lab-1",
          "wss://relay.test/base/shell/lab-1/7-a/x", "wss://relay.test/?x=/shell/lab-1/7-a",
          "wss://relay.test/"})
        EXPECT_FALSE(leads(uri)) << uri;
    EXPECT_FALSE(leads("wss://relay.test//7-a", "wss://relay.test/")) << "no topic";
}

}  // namespace
}  // namespace relay::shell_host
