// SPDX-License-Identifier: Apache-2.0
#include "shell_host/host_for_test.hpp"

namespace relay::shell_host {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;
using wire::CloseCode;

TEST_F(HostTest, offers_to_resume_on_its_manager_connection) {
    int connected = 0;
    options_.on_connected = [&] { ++connected; };
    start();
    EXPECT_EQ(manager().offered, "relay.resume.v1");
    EXPECT_EQ(connected, 1);
}

TEST_F(HostTest, offers_nothing_when_resuming_is_switched_off) {
    options_.resume = false;
    start();
    EXPECT_EQ(manager().offered, "");
    tell_connect("1", R"(,"subprotocol":"relay.resume.v1")");
    tell_connect("2");
    leg("2");
    EXPECT_FALSE(relay_.find("/lab/1?"));
}

TEST_F(HostTest, carries_a_clients_bytes_to_its_target_and_back) {
    start();
    tell_connect("1");
    auto& client = leg("1");
    EXPECT_EQ(client.path, "/shell/lab/1?code=one-time-secret");
    EXPECT_EQ(client.offered, "");
    wait_for_text(client, target_.greeting);
    client.send("SSH-2.0-client\r\n");
    auto& target = target_end();
    wait_for_received(target, "SSH-2.0-client\r\n");
    target.send("more");
    wait_for_text(client, target_.greeting + "more");
    EXPECT_EQ(host_->connections(), 1u);
}

TEST_F(HostTest, serves_clients_that_speak_first) {
    target_.greeting = "";
    start();
    tell_connect("1");
    auto& client = leg("1");
    client.send("GET / HTTP/1.1\r\n\r\n");
    wait_for_received(target_end(), "GET / HTTP/1.1\r\n\r\n");
    target_end().send("HTTP/1.1 200 OK\r\n\r\n");
    wait_for_text(client, "HTTP/1.1 200 OK\r\n\r\n");
}

// Spec §6 defect 10: the reference loses it when the WebSocket takes longer than a second.
TEST_F(HostTest, keeps_the_targets_greeting_however_late_the_websocket_comes) {
    relay_.close_gate();
    start();
    tell_connect("1");
    target_end();
    loop_.run_until([&] { return relay_.find("/lab/1?") != nullptr; });
    relay_.open_gate();
    wait_for_text(leg("1"), target_.greeting);
}

TEST_F(HostTest, ends_the_client_when_the_target_ends_and_after_its_last_byte) {
    start();
    tell_connect("1");
    auto& client = leg("1");
    target_end().send("bye");
    target_end().end();
    wait_for_close(client);
    EXPECT_EQ(client.text(), target_.greeting + "bye");
    EXPECT_EQ(client.close_code, CloseCode::normal);
    target_end().socket->close();
    loop_.run_until([&] { return host_->connections() == 0; });
}

TEST_F(HostTest, ends_the_target_when_the_client_ends_and_after_its_last_byte) {
    start();
    tell_connect("1");
    auto& client = leg("1");
    client.send("exit");
    client.close(CloseCode::normal);
    auto& target = target_end();
    loop_.run_until([&] { return target.peer_ended; });
    EXPECT_EQ(target.received, "exit");
}

TEST_F(HostTest, resets_the_target_when_the_client_was_lost) {
    start();
    tell_connect("1");
    auto& client = leg("1");
    wait_for_text(client, target_.greeting);
    client.close(CloseCode::peer_lost);
    auto& target = target_end();
    loop_.run_until([&] { return target.failure.has_value(); });
    EXPECT_EQ(*target.failure, asio::error::connection_reset);
}

TEST_F(HostTest, says_that_the_target_cannot_be_reached) {
    const DeafPort deaf(loop_.context());
    options_.targets = Targets(deaf.address());
    start();
    tell_connect("1");
    auto& client = leg("1");
    wait_for_close(client);
    EXPECT_EQ(client.close_code, CloseCode::internal_error);
    EXPECT_THAT(client.close_reason, HasSubstr("Connection refused"));
    tell_connect("2");
    wait_for_close(leg("2"));
    const std::string text = logged();
    const std::string warning = R"("level":"warning","msg":"target not reached")";
    EXPECT_THAT(text, HasSubstr(warning));
    EXPECT_EQ(text.find(warning), text.rfind(warning)) << "once";
}

TEST_F(HostTest, leads_to_targets_of_the_allow_list_by_name_only) {
    FakeTarget other(loop_.context());
    other.greeting = "other";
    ASSERT_TRUE(options_.targets.add("other", {"localhost", other.port()}));
    start();
    tell_connect("1", R"(,"target":"other")");
    wait_for_text(leg("1"), "other");
    tell_connect("2", ",\"target\":\"127.0.0.1:" + std::to_string(other.port()) + "\"");
    auto& client = leg("2");
    wait_for_close(client);
    EXPECT_EQ(client.close_code, CloseCode::no_such_host);
    EXPECT_EQ(client.close_reason, "no such target");
    EXPECT_EQ(other.ends.size(), 1u);
    EXPECT_TRUE(target_.ends.empty());
}

TEST_F(HostTest, refuses_clients_beyond_its_limit_until_one_has_gone) {
    options_.connections = 1;
    start();
    tell_connect("1");
    auto& first = leg("1");
    wait_for_text(first, target_.greeting);
    tell_connect("2");
    auto& second = leg("2");
    wait_for_close(second);
    EXPECT_EQ(second.close_code, CloseCode::too_slow);
    EXPECT_EQ(second.close_reason, "the host has too many connections");
    first.close(CloseCode::peer_lost);
    loop_.run_until([&] { return host_->connections() == 0; });
    tell_connect("3");
    wait_for_text(leg("3"), target_.greeting);
}

// Spec §6 defect 15.
TEST_F(HostTest, dials_no_relay_but_its_own_and_logs_no_code) {
    FakeRelay foreign(loop_.context());
    start();
    const std::string path = "/shell/lab/1?code=" + std::string(code);
    tell(R"({"action":"connect","uuid":"1","uri":")" + foreign.url(path) + "\"}");
    tell(R"({"action":"connect","uuid":"2","uri":")" + foreign.url(path) + "\"}");
    tell_connect("3");
    wait_for_text(leg("3"), target_.greeting);
    EXPECT_EQ(foreign.accepted(), 0);
    EXPECT_EQ(target_.ends.size(), 1u);
    const std::string reason = "does not lead to this topic at the host's own relay";
    const std::string text = logged();
    EXPECT_THAT(text, HasSubstr(reason));
    EXPECT_EQ(text.find(reason), text.rfind(reason)) << "once";
}

TEST_F(HostTest, ignores_bad_alerts_and_those_for_a_client_that_it_serves) {
    start();
    tell("not json");
    tell("{}");
    manager().send("\x01\x02");
    tell_disconnect("never-seen");
    tell_connect("1");
    tell_connect("1");
    wait_for_text(leg("1"), target_.greeting);
    tell_connect("2");
    wait_for_text(leg("2"), target_.greeting);
    EXPECT_EQ(target_.ends.size(), 2u);
}

// Spec §6 defects 5 and 6.
TEST_F(HostTest, ends_a_client_that_an_old_relay_says_has_gone) {
    relay_.selects = false;
    options_.farewell = 20ms;
    start();
    tell_connect("1");
    auto& client = leg("1");
    client.send("last words");
    tell_disconnect("1");
    auto& target = target_end();
    loop_.run_until([&] { return target.peer_ended; });
    EXPECT_EQ(target.received, "last words");
    wait_for_close(client);
    target.socket->close();
    loop_.run_until([&] { return host_->connections() == 0; });
}

TEST_F(HostTest, stops_dialling_for_a_client_that_an_old_relay_says_has_gone) {
    relay_.selects = false;
    relay_.close_gate();
    options_.farewell = 1ms;
    start();
    tell_connect("1");
    auto& target = target_end();
    tell_disconnect("1");
    loop_.run_until([&] { return host_->connections() == 0; });
    loop_.run_until([&] { return target.peer_ended || target.failure; });
}

// The news overtakes the bytes that wait for a slow target; their end closes the WebSocket.
TEST_F(HostTest, leaves_it_to_a_relay_of_ours_to_end_a_client_that_has_gone) {
    options_.farewell = 1ms;
    start();
    tell_connect("1");
    auto& client = leg("1");
    wait_for_text(client, target_.greeting);
    tell_disconnect("1");
    tell_connect("2");  // when that is served, the first alert was obeyed
    wait_for_text(leg("2"), target_.greeting);
    client.send("last words");
    client.close(CloseCode::normal);
    auto& target = target_end(0);
    loop_.run_until([&] { return target.peer_ended; });
    EXPECT_EQ(target.received, "last words");
}

TEST_F(HostTest, leaves_clients_alone_while_the_manager_connection_is_away) {
    options_.uplink.retry.shortest = 1ms;
    options_.uplink.retry.longest = 2ms;
    start();
    tell_connect("1");
    auto& client = leg("1");
    wait_for_text(client, target_.greeting);
    manager().close(CloseCode::going_away);
    loop_.run_until([&] { return host_->status().connections == 2; });
    client.send("still here");
    wait_for_received(target_end(), "still here");
}

TEST_F(HostTest, closes_everything_in_order_when_stopped) {
    start();
    tell_connect("served");
    wait_for_text(leg("served"), target_.greeting);
    relay_.close_gate();
    tell_connect("late");
    loop_.run_until([&] { return relay_.find("/lab/late?") != nullptr; });
    auto& served = target_end(0);
    auto& late = target_end(1);
    const auto began = std::chrono::steady_clock::now();
    stop();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
    loop_.run_until([&] {
        return (served.failure || served.peer_ended) && (late.failure || late.peer_ended) &&
               manager().has_ended && relay_.find("/lab/served?")->has_ended;
    });
    EXPECT_EQ(manager().close_code, CloseCode::normal);
    EXPECT_EQ(relay_.find("/lab/served?")->close_code, CloseCode::peer_lost);
}

TEST_F(HostTest, logs_each_stream_with_its_target_its_bytes_and_its_end) {
    start();
    tell_connect("1-a");
    auto& client = leg("1-a");
    wait_for_text(client, target_.greeting);
    client.send("four");
    client.close(CloseCode::normal);
    loop_.run_until([&] { return target_end().peer_ended; });
    target_end().socket->close();
    loop_.run_until([&] { return host_->connections() == 0; });
    const std::string text = logged();
    EXPECT_THAT(text, HasSubstr("stream opened"));
    const std::string ended = text.substr(text.find("stream ended"));
    EXPECT_THAT(ended, HasSubstr("1-a"));
    EXPECT_THAT(ended, HasSubstr("127.0.0.1:" + std::to_string(target_.port())));
    EXPECT_THAT(ended, HasSubstr("\"from_client\":4"));
    EXPECT_THAT(ended, HasSubstr("\"to_client\":" + std::to_string(target_.greeting.size())));
    EXPECT_THAT(ended, HasSubstr("\"complete\":true"));
    EXPECT_THAT(text, Not(HasSubstr("four"))) << "never contents";
}

}  // namespace
}  // namespace relay::shell_host
