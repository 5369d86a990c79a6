// SPDX-License-Identifier: Apache-2.0
#include "shell_host/host_for_test.hpp"
#include "shell_stream/stream_for_test.hpp"

namespace relay::shell_host {
namespace {

using namespace test;
using shell_stream::Abort;
using shell_stream::AbortReason;
using shell_stream::Accept;
using shell_stream::Acknowledge;
using shell_stream::bytes_of;
using shell_stream::Data;
using shell_stream::decode;
using shell_stream::Done;
using shell_stream::encode;
using shell_stream::End;
using shell_stream::frame_in;
using shell_stream::key_for_test;
using shell_stream::Open;
using shell_stream::Resume;
using testing::HasSubstr;
using testing::Not;
using wire::CloseCode;

constexpr std::uint32_t window = 64 * 1024;

// The client's frames, written down one by one, since what the host makes of them is the question.
class StreamsTest : public HostTest {
protected:
    RelayEnd& connect(const std::string& connection, const std::string& further = "") {
        tell_connect(connection, R"(,"subprotocol":"relay.resume.v1")" + further);
        return leg(connection);
    }
    RelayEnd& open(const std::string& connection, char key = 's', std::uint32_t attempt = 1) {
        RelayEnd& end = connect(connection);
        end.send(encode(Open{.key = key_for_test(key), .attempt = attempt, .window = window}));
        return end;
    }
    RelayEnd& resume(const std::string& connection, std::uint32_t attempt,
                     shell_stream::Position received, char key = 's', char secret = 's') {
        RelayEnd& end = connect(connection);
        shell_stream::StreamKey named = key_for_test(key);
        named.secret = key_for_test(secret).secret;
        end.send(encode(Resume{.key = named, .attempt = attempt, .received = received}));
        return end;
    }
    void wait_for_frames(const RelayEnd& end, std::size_t count) {
        loop_.run_until([&] { return end.received.size() >= count; });
    }
    // A stream whose client has the greeting of the target.
    RelayEnd& establish() {
        RelayEnd& end = open("1");
        wait_for_bytes(end, target_.greeting);
        return end;
    }
    static std::string bytes(const RelayEnd& end) {
        std::string joined;
        for (const auto& message : end.received) {
            const auto frame = decode(message->payload()).value();
            if (const auto* data = std::get_if<Data>(&frame))
                joined.append(data->bytes.begin(), data->bytes.end());
        }
        return joined;
    }
    void wait_for_bytes(const RelayEnd& end, std::string_view text) {
        loop_.run_until([&] { return bytes(end) == text; });
    }
    template <class Kind>
    static bool has(const RelayEnd& end) {
        return std::ranges::any_of(end.received, [](const auto& message) {
            return std::holds_alternative<Kind>(decode(message->payload()).value());
        });
    }
    Abort last_abort(const RelayEnd& end) {
        wait_for_close(end);
        return frame_in<Abort>(end.received.back());
    }
    void wait_for_no_streams() {
        loop_.run_until([&] { return host_->connections() == 0; });
    }
};

TEST_F(StreamsTest, offers_the_subprotocol_on_a_clients_websocket_and_accepts_a_new_stream) {
    start();
    auto& client = open("1");
    EXPECT_EQ(client.offered, "relay.resume.v1");
    wait_for_frames(client, 1);
    const auto accept = frame_in<Accept>(client.received.front());
    EXPECT_EQ(accept.window, window);
    EXPECT_EQ(accept.received, 0u);
}

TEST_F(StreamsTest, carries_bytes_both_ways_until_both_sides_have_ended) {
    start();
    auto& client = establish();
    const std::size_t greeting = target_.greeting.size();
    client.send(encode(Data{.position = 0, .bytes = bytes_of("hello")}));
    client.send(encode(End{.position = 5}));
    auto& target = target_end();
    loop_.run_until([&] { return target.peer_ended; });
    EXPECT_EQ(target.received, "hello");
    target.send("answer after the end");
    target.end();
    loop_.run_until([&] { return has<End>(client); });
    EXPECT_EQ(bytes(client), target_.greeting + "answer after the end") << "half-close";
    client.send(encode(Acknowledge{.position = greeting + 20 + 1}));
    loop_.run_until([&] { return has<Done>(client); });
    client.close(CloseCode::normal);
    wait_for_no_streams();
    EXPECT_THAT(logged(), HasSubstr("both sides have ended"));
}

TEST_F(StreamsTest, resumes_a_stream_on_a_new_connection_where_it_was_cut) {
    start();
    establish().close(CloseCode::going_away);
    wait_for_close(leg("1"));
    target_end().send("while away");
    auto& second = resume("2", 2, 4);
    wait_for_frames(second, 1);
    EXPECT_EQ(frame_in<Accept>(second.received.front()).received, 0u);
    wait_for_bytes(second, target_.greeting.substr(4) + "while away");
    second.send(encode(Data{.position = 0, .bytes = bytes_of("back")}));
    wait_for_received(target_end(), "back");
    EXPECT_EQ(target_.ends.size(), 1u) << "the same connection of the target";
    EXPECT_EQ(host_->connections(), 1u);
    EXPECT_THAT(logged(), HasSubstr("stream resumed"));
}

TEST_F(StreamsTest, takes_a_stream_over_from_a_connection_that_lingers) {
    start();
    auto& old = establish();
    auto& second = resume("2", 2, 0);
    wait_for_close(old);
    EXPECT_EQ(old.close_code, CloseCode::normal);
    wait_for_bytes(second, target_.greeting);
    second.send(encode(Data{.position = 0, .bytes = bytes_of("new")}));
    wait_for_received(target_end(), "new");
}

TEST_F(StreamsTest, accepts_an_open_again_whose_answer_was_lost) {
    start();
    open("1").close(CloseCode::going_away);
    wait_for_close(leg("1"));
    auto& second = open("2", 's', 2);
    wait_for_bytes(second, target_.greeting);
    EXPECT_EQ(target_.ends.size(), 1u);
}

TEST_F(StreamsTest, closes_a_connection_whose_greeting_was_overtaken_without_an_answer) {
    start();
    auto& current = establish();
    auto& stale = resume("0", 1, 0);
    wait_for_close(stale);
    EXPECT_TRUE(stale.received.empty());
    current.send(encode(Data{.position = 0, .bytes = bytes_of("unharmed")}));
    wait_for_received(target_end(), "unharmed");
}

TEST_F(StreamsTest, answers_unknown_ids_and_wrong_secrets_alike_and_leaves_the_stream_unharmed) {
    start();
    auto& current = establish();
    for (auto* stranger : {&resume("2", 2, 0, 'x', 'x'), &resume("3", 2, 0, 's', 'x')}) {
        const Abort abort = last_abort(*stranger);
        EXPECT_EQ(abort.reason, AbortReason::unknown_stream);
        EXPECT_EQ(abort.text, "");
        EXPECT_EQ(stranger->received.size(), 1u);
        EXPECT_EQ(stranger->close_code, CloseCode::normal);
    }
    current.send(encode(Data{.position = 0, .bytes = bytes_of("unharmed")}));
    wait_for_received(target_end(), "unharmed");
}

TEST_F(StreamsTest, answers_another_client_that_opens_with_a_known_id_as_a_stranger) {
    start();
    establish();
    auto& stranger = connect("2");
    shell_stream::StreamKey key = key_for_test('s');
    key.secret = key_for_test('x').secret;
    stranger.send(encode(Open{.key = key, .attempt = 2, .window = window}));
    EXPECT_EQ(last_abort(stranger).reason, AbortReason::unknown_stream);
}

TEST_F(StreamsTest, says_that_the_target_cannot_be_reached_and_forgets_the_stream) {
    const DeafPort deaf(loop_.context());
    options_.targets = Targets(deaf.address());
    start();
    auto& client = open("1");
    const Abort abort = last_abort(client);
    EXPECT_EQ(abort.reason, AbortReason::target_unreachable);
    EXPECT_THAT(abort.text, HasSubstr("Connection refused"));
    wait_for_no_streams();
}

TEST_F(StreamsTest, says_that_there_is_no_such_target) {
    start();
    auto& client = connect("1", R"(,"target":"unheard-of")");
    client.send(encode(Open{.key = key_for_test(), .attempt = 1, .window = window}));
    const Abort abort = last_abort(client);
    EXPECT_EQ(abort.reason, AbortReason::target_unreachable);
    EXPECT_EQ(abort.text, "no such target");
    EXPECT_TRUE(target_.ends.empty());
}

TEST_F(StreamsTest, refuses_streams_beyond_its_limit_but_not_the_return_of_one) {
    options_.connections = 1;
    start();
    auto& first = establish();
    EXPECT_EQ(last_abort(open("2", 'x')).text, "the host has too many connections");
    first.close(CloseCode::going_away);
    wait_for_close(first);
    wait_for_bytes(resume("3", 2, 0), target_.greeting);
}

TEST_F(StreamsTest, opens_no_more_than_two_websockets_for_each_stream_that_it_may_have) {
    options_.connections = 1;
    start();
    connect("1");
    connect("2");
    tell_connect("3", R"(,"subprotocol":"relay.resume.v1")");
    loop_.run_until([&] { return logged().contains("too many clients"); });
    EXPECT_FALSE(relay_.find("/lab/3?"));
}

TEST_F(StreamsTest, answers_what_is_no_greeting_as_a_protocol_error) {
    start();
    auto& text = connect("1");
    text.send(message_of("hello", wire::MessageType::text));
    EXPECT_EQ(last_abort(text).reason, AbortReason::protocol_error);
    auto& noise = connect("2");
    noise.send("noise");
    EXPECT_EQ(last_abort(noise).reason, AbortReason::protocol_error);
    auto& early = connect("3");
    early.send(encode(Data{.position = 0, .bytes = bytes_of("early")}));
    EXPECT_EQ(last_abort(early).reason, AbortReason::protocol_error);
    EXPECT_EQ(host_->connections(), 0u);
}

TEST_F(StreamsTest, closes_a_connection_that_says_nothing) {
    options_.limits.first_message = 10ms;
    start();
    auto& silent = connect("0");
    wait_for_close(silent);
    EXPECT_EQ(silent.close_reason, "no OPEN or RESUME came");
    auto& client = establish();  // is not closed after the limit
    auto& next = connect("2");
    wait_for_close(next);
    EXPECT_FALSE(client.has_ended);
}

TEST_F(StreamsTest, closes_a_connection_that_got_no_subprotocol) {
    start();
    relay_.selects = false;
    auto& client = connect("1");
    wait_for_close(client);
    EXPECT_EQ(client.close_reason, "no subprotocol");
}

TEST_F(StreamsTest, resets_the_target_when_the_client_aborts) {
    start();
    auto& client = establish();
    client.send(encode(Abort{.reason = AbortReason::local_error, .text = "gone"}));
    auto& target = target_end();
    loop_.run_until([&] { return target.failure.has_value(); });
    wait_for_close(client);
    wait_for_no_streams();
    EXPECT_THAT(logged(), HasSubstr("told by the other end"));
}

TEST_F(StreamsTest, tells_the_client_when_the_target_fails) {
    start();
    auto& client = establish();
    target_end().reset();
    EXPECT_EQ(last_abort(client).reason, AbortReason::local_error);
    wait_for_no_streams();
}

TEST_F(StreamsTest, keeps_a_failure_for_a_client_that_is_away) {
    start();
    establish().close(CloseCode::going_away);
    wait_for_close(leg("1"));
    target_end().reset();
    loop_.run_until([&] { return logged().contains("stream ended"); });
    const auto abort = last_abort(resume("2", 2, 0));
    EXPECT_EQ(abort.reason, AbortReason::local_error);
    wait_for_no_streams();
}

TEST_F(StreamsTest, gives_up_a_stream_whose_client_does_not_return) {
    options_.limits.stream.give_up = 20ms;
    start();
    establish().close(CloseCode::going_away);
    auto& target = target_end();
    loop_.run_until([&] { return target.failure.has_value(); });
    wait_for_no_streams();
    EXPECT_EQ(last_abort(resume("2", 2, 0)).reason, AbortReason::unknown_stream);
}

TEST_F(StreamsTest, ends_a_stream_whose_client_may_not_come_back) {
    start();
    for (const auto code : {CloseCode::expired, CloseCode::denied}) {
        const std::string connection = code == CloseCode::expired ? "1" : "2";
        auto& client = open(connection);
        wait_for_bytes(client, target_.greeting);
        client.close(code);
        auto& target = *target_.ends.back();
        loop_.run_until([&] { return target.failure.has_value(); });
        EXPECT_EQ(host_->connections(), 0u);
    }
    EXPECT_THAT(logged(), HasSubstr("the client's token has expired"));
    EXPECT_THAT(logged(), HasSubstr("the client's booking was denied"));
}

TEST_F(StreamsTest, drops_a_stream_whose_client_aborts_while_the_target_is_dialled) {
    start();
    auto& client = connect("1");
    client.send(encode(Open{.key = key_for_test(), .attempt = 1, .window = window}));
    client.send(encode(Abort{.reason = AbortReason::local_error, .text = ""}));
    wait_for_close(client);
    wait_for_no_streams();
}

TEST_F(StreamsTest, does_not_take_a_disconnect_alert_for_the_end_of_a_stream) {
    options_.farewell = 1ms;
    start();
    auto& client = establish();
    tell_disconnect("1");
    open("2", 'x');  // when that is served, the alert was obeyed
    wait_for_frames(leg("2"), 1);
    client.send(encode(Data{.position = 0, .bytes = bytes_of("still here")}));
    wait_for_received(target_end(), "still here");
}

TEST_F(StreamsTest, tells_its_clients_that_it_stops) {
    start();
    auto& client = establish();
    auto& away = open("2", 'x');
    wait_for_bytes(away, target_.greeting);
    away.close(CloseCode::going_away);
    wait_for_close(away);
    const auto began = std::chrono::steady_clock::now();
    stop();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
    const Abort abort = last_abort(client);
    EXPECT_EQ(abort.reason, AbortReason::stopping);
    EXPECT_EQ(client.close_code, CloseCode::normal);
    loop_.run_until([&] { return target_end(0).failure && target_end(1).failure; });
}

TEST_F(StreamsTest, never_logs_a_secret) {
    start();
    establish();
    resume("2", 2, 0, 's', 'x');
    wait_for_close(leg("2"));
    stop();
    EXPECT_THAT(logged(), Not(HasSubstr(std::string(16, 's'))));
}

}  // namespace
}  // namespace relay::shell_host
