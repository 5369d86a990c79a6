// SPDX-License-Identifier: Apache-2.0
#include "server/shell/circuit.hpp"
#include "server/shell/shell_for_test.hpp"

#include <gmock/gmock.h>

#include <thread>

// How byte streams end, and what is told of them. Rows are those of spec/shell.md §6.
namespace relay::server {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using wire::MessageType;

using CircuitEndTest = ShellFixture;

TEST_F(CircuitEndTest, row_6_when_one_end_closes_the_other_is_closed_behind_all_that_waits) {
    start();
    TestSocket host = manager();
    for (const bool client_first : {true, false}) {
        for (const std::string& payload : {std::string("\x03\xE8"), std::string("\x03\xE9"),
                                           std::string()}) {  // 1000, 1001, none
            auto [near, far] = joined(host);
            TestSocket& first = client_first ? near : far;
            TestSocket& second = client_first ? far : near;
            const std::string text = contents(3 << 20);
            std::jthread sender([&, payload] {
                send_all(first, text, 65'535);
                close(first, payload);
            });
            ASSERT_EQ(receive(second, text.size()), text);
            const Frame end = closed(second);
            EXPECT_EQ(end.close_code(), 1000);
            EXPECT_EQ(end.close_reason(), "the other end has closed");
            EXPECT_EQ(next_alert(host)["action"], "disconnect");
        }
    }
}

TEST_F(CircuitEndTest, the_host_hears_that_a_client_has_closed_when_it_has_read_everything) {
    start();
    TestSocket host = manager();
    auto [near, far] = joined(host);
    near.send_frame(MessageType::binary, "the last words");
    close(near);
    near.wait_for_end();
    TestSocket next = client();
    EXPECT_EQ(next_alert(host)["action"], "connect");
    EXPECT_EQ(far.read_frame().payload, "the last words");
    closed(far);
    EXPECT_EQ(next_alert(host)["action"], "disconnect");
}

TEST_F(CircuitEndTest, row_6_when_one_end_is_lost_the_other_is_told) {
    start();
    TestSocket host = manager(true);
    for (const bool resumes : {true, false}) {
        for (const bool client_first : {true, false}) {
            auto [near, far] = joined(host, grant(auth::Role::client), resumes);
            TestSocket& first = client_first ? near : far;
            TestSocket& second = client_first ? far : near;
            first.close();
            if (client_first) EXPECT_EQ(next_alert(host)["action"], "disconnect");
            EXPECT_EQ(closed(second).close_code(), 4410);
            if (!client_first) EXPECT_EQ(next_alert(host)["action"], "disconnect");
        }
    }
}

TEST_F(CircuitEndTest, what_came_before_an_end_was_lost_still_arrives_in_the_plain_form) {
    start();
    TestSocket host = manager();
    auto [near, far] = joined(host);
    const std::string text = contents(1 << 20);
    std::jthread sender([&] {
        send_all(near, text, 65'535);
        near.close();
    });
    EXPECT_EQ(receive(far, text.size()), text);
    EXPECT_EQ(closed(far).close_code(), 4410);
}

TEST_F(CircuitEndTest, an_end_that_breaks_the_protocol_is_lost_to_the_other) {
    start();
    TestSocket host = manager();
    auto [near, far] = joined(host);
    near.send(
        {"\xF2\x80"
         "mask",
         6});  // reserved bits
    EXPECT_EQ(near.read_frame().close_code(), 1002);
    EXPECT_EQ(closed(far).close_code(), 4410);
}

TEST_F(CircuitEndTest, a_message_over_the_limit_ends_the_stream) {
    settings.shell_max_message = 1000;
    start();
    TestSocket host = manager();
    auto [near, far] = joined(host);
    near.send_frame(MessageType::binary, std::string(1000, 'x'));
    EXPECT_EQ(far.read_frame().payload.size(), 1000u);
    near.send_frame(MessageType::binary, std::string(1001, 'x'));
    EXPECT_EQ(near.read_frame().close_code(), 1009);
    EXPECT_EQ(closed(far).close_code(), 4410);
}

TEST_F(CircuitEndTest, an_end_that_stops_reading_does_not_outlive_the_other_when_that_is_lost) {
    start();
    TestSocket host = manager(true);
    auto [near, far] = joined(host, grant(auth::Role::client), true);
    std::jthread sender([&] {
        try {
            send_all(near, contents(16 << 20), 40'000);
        } catch (const std::runtime_error&) {  // closed meanwhile
        }
    });
    wait_until_a_sender_waits();
    const auto lost = std::chrono::steady_clock::now();
    far.close();
    near.wait_for_end();
    EXPECT_LT(std::chrono::steady_clock::now() - lost, 5s);
}

// ---- hosts that do not come

TEST_F(CircuitEndTest, without_a_host_the_client_is_closed_at_once) {
    start();
    TestSocket near = welcomed(arrive(grant(auth::Role::client)));
    const Frame end = closed(near);
    EXPECT_EQ(end.close_code(), 4404);
    EXPECT_EQ(end.close_reason(), "no host is connected to this topic");
}

TEST_F(CircuitEndTest, a_host_that_has_left_before_the_alert_ends_the_client_at_once) {
    start();
    TestSocket near = client(grant(auth::Role::client), 99);
    const Frame end = closed(near);
    EXPECT_EQ(end.close_code(), 4404);
    EXPECT_EQ(end.close_reason(), "the host has left");
}

TEST_F(CircuitEndTest, row_8_a_host_that_leaves_ends_the_clients_that_wait_for_it) {
    start();
    TestSocket host = manager();
    auto [near, far] = joined(host);
    std::vector<TestSocket> waiting;
    for (int i = 0; i < 4; ++i) {
        waiting.push_back(client());
        next_alert(host);
    }
    host.close();
    for (TestSocket& socket : waiting) EXPECT_EQ(closed(socket).close_code(), 4404);
    near.send_frame(MessageType::binary, "streams that stand go on");
    EXPECT_EQ(far.read_frame().payload, "streams that stand go on");
}

TEST_F(CircuitEndTest, row_8_a_host_that_does_not_come_in_time_ends_the_wait) {
    settings.host_wait = 10ms;
    start();
    TestSocket host = manager();
    TestSocket near = client();
    const auth::Grant end = next_end(host);
    const Frame frame = closed(near);
    EXPECT_EQ(frame.close_code(), 4404);
    EXPECT_EQ(frame.close_reason(), "the host did not come in time");
    const auto disconnect = next_alert(host);
    EXPECT_EQ(disconnect["action"], "disconnect");
    EXPECT_EQ(disconnect["uuid"], end.connection_id);
    EXPECT_EQ(disconnect["uri"], "");
    TestSocket late = arrive(end);
    EXPECT_THAT(late.read_to_end(), AllOf(HasSubstr("HTTP/1.1 404"), HasSubstr("has gone")));
}

TEST_F(CircuitEndTest, a_host_that_came_in_time_may_take_longer) {
    settings.host_wait = 300ms;
    start();
    TestSocket host = manager();
    auto [near, far] = joined(host);
    TestSocket later = client();  // whose time is over only after the first one's
    EXPECT_EQ(closed(later).close_code(), 4404);
    near.send_frame(MessageType::binary, "still here");
    EXPECT_EQ(far.read_frame().payload, "still here");
}

TEST_F(CircuitEndTest, what_a_client_sent_before_it_closed_reaches_a_host_that_comes_later) {
    start();
    TestSocket host = manager();
    TestSocket near = client();
    near.send_frame(MessageType::binary, "all I have to say");
    const auth::Grant end = next_end(host);
    close(near);
    near.wait_for_end();
    TestSocket far = welcomed(arrive(end));
    EXPECT_EQ(far.read_frame().payload, "all I have to say");
    EXPECT_EQ(closed(far).close_code(), 1000);
    EXPECT_EQ(next_alert(host)["action"], "disconnect");
}

TEST_F(CircuitEndTest, a_client_that_closed_without_a_word_is_gone_at_once) {
    start();
    TestSocket host = manager();
    TestSocket near = client();
    const auth::Grant end = next_end(host);
    close(near);
    EXPECT_EQ(next_alert(host)["action"], "disconnect");
    EXPECT_THAT(arrive(end).read_to_end(), HasSubstr("HTTP/1.1 404"));
}

TEST_F(CircuitEndTest, a_wrong_salt_leads_to_no_stream) {
    start();
    TestSocket host = manager();
    TestSocket near = client();
    auth::Grant end = next_end(host);
    auth::Grant forged = end;
    forged.salt = Secret(random_uuid());
    EXPECT_THAT(arrive(forged).read_to_end(), HasSubstr("HTTP/1.1 404"));
    TestSocket far = welcomed(arrive(end));
    near.send_frame(MessageType::binary, "unharmed");
    EXPECT_EQ(far.read_frame().payload, "unharmed");
    EXPECT_THAT(arrive(end).read_to_end(), HasSubstr("HTTP/1.1 404")) << "only one end of a host";
}

// ---- ended by the relay

TEST_F(CircuitEndTest, a_denied_booking_closes_both_ends_whatever_waits) {
    start();
    TestSocket host = manager();
    auth::Grant with = grant(auth::Role::client);
    with.booking_id = "b1";
    auto [near, far] = joined(host, with);
    auto [other_near, other_far] = joined(host);
    with.connection_id = random_uuid();
    TestSocket waiting = client(with);
    const std::string alert = next_alert(host)["uri"];
    ASSERT_TRUE(admission.deny("b1", std::chrono::system_clock::now() + 1h));
    for (TestSocket* socket : {&near, &far, &waiting})
        EXPECT_EQ(closed(*socket).close_code(), 4403);
    EXPECT_FALSE(admission.redeem(alert.substr(alert.find("?code=") + 6)));
    with.connection_id = random_uuid();
    EXPECT_THAT(arrive(with).read_to_end(), HasSubstr("HTTP/1.1 403"));
    other_near.send_frame(MessageType::binary, "another booking");
    EXPECT_EQ(other_far.read_frame().payload, "another booking");
}

TEST_F(CircuitEndTest, both_ends_expire_with_the_clients_token) {
    start();
    TestSocket host = manager();
    auth::Grant with = grant(auth::Role::client);
    with.expires = std::chrono::system_clock::now() + 400ms;
    auto [near, far] = joined(host, with);
    EXPECT_EQ(closed(near).close_code(), 4401);
    EXPECT_EQ(closed(far).close_code(), 4401);
    const auto lines = audits();
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_EQ(lines[0]["code"], 4401);
    EXPECT_EQ(lines[0]["ended_by"], "relay");
}

TEST_F(CircuitEndTest, an_end_cannot_pretend_that_the_token_has_expired) {
    start();
    TestSocket host = manager();
    auto [near, far] = joined(host);
    close(far, "\x11\x31");  // 4401
    EXPECT_EQ(closed(near).close_code(), 4410);
}

TEST_F(CircuitEndTest, a_relay_that_shuts_down_says_so_to_everybody) {
    start();
    TestSocket host = manager();
    auto [near, far] = joined(host);
    relay->close_all(wire::CloseCode::going_away, "the relay is shutting down");
    for (TestSocket* socket : {&host, &near, &far}) EXPECT_EQ(closed(*socket).close_code(), 1001);
    expect_nothing_left();
}

// ---- what is told

TEST_F(CircuitEndTest, all_connections_are_reported_without_the_salt) {
    start();
    TestSocket host = manager();
    const auth::Grant with = grant(auth::Role::client);
    auto [near, far] = joined(host, with);
    near.send_frame(MessageType::binary, "12345");
    far.read_frame();
    std::vector<std::string> topics;
    const auto all = reports();
    for (const auto& report : all) topics.push_back(report.topic);
    const std::string leg = "spin30/" + with.connection_id;
    EXPECT_THAT(topics, UnorderedElementsAre("spin30", leg, leg));
    for (const auto& report : all)
        if (report.scopes == std::vector<std::string>{"client"}) EXPECT_EQ(report.sent.bytes, 5u);
    EXPECT_EQ(stats_json(all).find(with.salt.reveal()), std::string::npos);
}

TEST_F(CircuitEndTest, an_audit_tells_who_when_what_and_why_but_no_contents) {
    start();
    TestSocket host = manager(true);
    auth::Grant with = grant(auth::Role::client);
    with.subject = "alice";
    with.booking_id = "b1";
    with.target = "pi";
    auto [near, far] = joined(host, with, true);
    near.send_frame(MessageType::binary, "password");
    far.read_frame();
    far.send_frame(MessageType::binary, "ok");
    near.read_frame();
    close(near, "\x03\xE8 bye");
    closed(far);
    EXPECT_EQ(next_alert(host)["action"], "disconnect");
    const auto lines = audits();
    ASSERT_THAT(lines, SizeIs(1));
    const auto& line = lines[0];
    EXPECT_EQ(line["event"], "shell");
    EXPECT_EQ(line["topic"], "spin30");
    EXPECT_EQ(line["connection"], with.connection_id);
    EXPECT_EQ(line["target"], "pi");
    EXPECT_EQ(line["subject"], "alice");
    EXPECT_EQ(line["booking_id"], "b1");
    EXPECT_EQ(line["client_address"], "192.0.2.1");
    EXPECT_EQ(line["host_user_agent"], "test");
    EXPECT_EQ(line["bytes_to_host"], 8);
    EXPECT_EQ(line["bytes_to_client"], 2);
    EXPECT_EQ(line["subprotocol"], "relay.resume.v1");
    EXPECT_EQ(line["code"], 1000);
    EXPECT_EQ(line["ended_by"], "client");
    EXPECT_EQ(line["reason"], " bye");
    EXPECT_THAT(line.dump(),
                testing::Not(testing::AnyOf(HasSubstr("password"), HasSubstr(with.salt.reveal()))));
}

TEST_F(CircuitEndTest, streams_that_the_relay_leaves_behind_are_in_the_audit) {
    start();
    TestSocket host = manager();
    auto [near, far] = joined(host);
    relay->close_all(wire::CloseCode::going_away, "the relay is shutting down");
    near.read_frame();
    const auto lines = audits();  // without waiting for the answers
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_EQ(lines[0]["code"], 1001);
    EXPECT_EQ(lines[0]["ended_by"], "relay");
}

TEST_F(CircuitEndTest, nothing_is_left_of_many_connections) {
    start();
    TestSocket host = manager();
    for (int i = 0; i < 300; ++i) {
        auto [near, far] = joined(host);
        TestSocket& first = i % 4 < 2 ? near : far;
        i % 2 ? close(first) : first.close();
        closed(i % 4 < 2 ? far : near);
        next_alert(host);
    }
    EXPECT_THAT(reports(), SizeIs(1));
    close(host);
    host.wait_for_end();
    expect_nothing_left();
    EXPECT_FALSE(relay->has_host("spin30"));
    EXPECT_THAT(audits(), SizeIs(300));
}

}  // namespace
}  // namespace relay::server
