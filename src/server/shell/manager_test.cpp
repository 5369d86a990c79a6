// SPDX-License-Identifier: Apache-2.0
#include "server/shell/manager.hpp"

#include "server/shell/shell_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::server {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;
using wire::MessageType;

using ManagerTest = ShellFixture;

TEST_F(ManagerTest, is_alerted_of_a_client_with_a_uri_for_the_other_end) {
    start();
    TestSocket host = manager();
    auth::Grant with = grant(auth::Role::client);
    TestSocket near = client(with);
    const Frame frame = host.read_frame();
    EXPECT_EQ(frame.opcode, 1);
    const auto alert = nlohmann::json::parse(frame.payload);
    EXPECT_THAT(alert, SizeIs(3)) << "as the reference's";
    EXPECT_EQ(alert["action"], "connect");
    EXPECT_EQ(alert["uuid"], with.connection_id);
    const std::string uri = alert["uri"];
    EXPECT_THAT(
        uri, StartsWith("wss://lab.example/relay/shell/spin30/" + with.connection_id + "?code="));
    const auto end = admission.redeem(uri.substr(uri.find("?code=") + 6));
    ASSERT_TRUE(end);
    EXPECT_EQ(end->role, auth::Role::host_end);
    EXPECT_EQ(end->salt, with.salt);
    EXPECT_EQ(end->expires, with.expires);
    EXPECT_EQ(end->subprotocol, "");
}

TEST_F(ManagerTest, hears_the_target_and_the_subprotocol_when_there_are_any) {
    start();
    TestSocket host = manager(true);
    auth::Grant with = grant(auth::Role::client);
    with.target = "pi";
    with.prefix = "connect";
    TestSocket near = client(with, 1, true);
    const auto alert = next_alert(host);
    EXPECT_EQ(alert["target"], "pi");
    EXPECT_EQ(alert["subprotocol"], "relay.resume.v1");
    const std::string uri = alert["uri"];
    EXPECT_THAT(uri, HasSubstr("/relay/connect/spin30/"));
    EXPECT_EQ(admission.redeem(uri.substr(uri.find("?code=") + 6))->subprotocol, "relay.resume.v1");
}

// spec/shell.md §6, row 9
TEST_F(ManagerTest, row_9_the_newest_takes_the_topic_over_and_the_older_is_told) {
    start();
    TestSocket older = manager();
    TestSocket newer = manager();
    const Frame end = closed(older);
    EXPECT_EQ(end.close_code(), 4409);
    EXPECT_EQ(end.close_reason(), "a newer host has taken this topic over");
    EXPECT_TRUE(relay->has_host("spin30"));
    TestSocket near = client(grant(auth::Role::client), 2);
    EXPECT_EQ(next_alert(newer)["action"], "connect");
}

TEST_F(ManagerTest, streams_outlive_the_manager_and_its_successor_hears_their_end) {
    start();
    TestSocket older = manager();
    auto [near, far] = joined(older);
    older.close();
    TestSocket newer = manager();
    near.send_frame(MessageType::binary, "goes on");
    EXPECT_EQ(far.read_frame().payload, "goes on");
    close(near);
    closed(far);
    EXPECT_EQ(next_alert(newer)["action"], "disconnect");
}

TEST_F(ManagerTest, what_it_says_is_ignored_and_too_much_of_it_refused) {
    start();
    TestSocket host = manager();
    host.send_frame(MessageType::text, R"({"action":"connect"})");
    host.send_frame(MessageType::binary, std::string(60'000, 'x'));
    auto [near, far] = joined(host);
    host.send_frame(MessageType::binary, std::string(70'000, 'x'));
    EXPECT_EQ(host.read_frame().close_code(), 1009);
}

TEST_F(ManagerTest, leaves_its_topic_without_a_host_when_it_goes) {
    start();
    EXPECT_FALSE(relay->has_host("spin30"));
    TestSocket host = manager();
    EXPECT_TRUE(relay->has_host("spin30"));
    EXPECT_FALSE(relay->has_host("spin31"));
    close(host);
    host.wait_for_end();
    expect_nothing_left();
    EXPECT_FALSE(relay->has_host("spin30"));
}

TEST_F(ManagerTest, is_closed_when_its_booking_is_denied_and_refused_from_then_on) {
    start();
    auth::Grant with = grant(auth::Role::host);
    with.booking_id = "b1";
    TestSocket host = welcomed(arrive(with));
    ASSERT_TRUE(admission.deny("b1", std::chrono::system_clock::now() + 1h));
    EXPECT_EQ(closed(host).close_code(), 4403);
    EXPECT_THAT(arrive(with).read_to_end(), HasSubstr("HTTP/1.1 403"));
    expect_nothing_left();
    EXPECT_FALSE(relay->has_host("spin30"));
}

TEST_F(ManagerTest, stats_are_for_somebody_else) {
    start();
    auth::Grant with = grant(auth::Role::member);
    with.topic = "stats";
    arrive(with);
    ASSERT_THAT(stats, SizeIs(1));
    EXPECT_EQ(stats[0].topic, "stats");
}

}  // namespace
}  // namespace relay::server
