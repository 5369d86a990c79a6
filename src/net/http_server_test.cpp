// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.hpp"

#include "net/io_threads.hpp"
#include "net/test_socket.hpp"
#include "net/tuple_await.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <gmock/gmock.h>

#include <future>

namespace relay::net {
namespace {

using boost::asio::awaitable;
using test::TestSocket;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

struct HttpServerTest : testing::Test {
    std::uint16_t serve(HttpServer::Handler handler, HttpServerLimits limits = {},
                        TrustedProxies trusted = {}) {
        server = std::make_unique<HttpServer>(threads, std::move(handler), limits, trusted);
        return server->listen("127.0.0.1", 0).value();
    }

    IoThreads threads{2};
    std::unique_ptr<HttpServer> server;
};

// Repeats the request's line and body.
awaitable<void> echo(HttpExchange& exchange) {
    const auto body = co_await exchange.read_body(1000);
    if (!body) {
        const int status = body.error().code == Errc::limit ? 413 : 400;
        co_await exchange.respond(error_response(status, body.error().detail));
        co_return;
    }
    const HttpRequest& request = exchange.request();
    HttpResponse response;
    response.body = request.method + " " + request.target + " [" + request.body + "]";
    co_await exchange.respond(std::move(response));
}

// Answers without a look at the body.
awaitable<void> answer_only(HttpExchange& exchange) {
    HttpResponse response;
    response.body = exchange.request().target;
    co_await exchange.respond(std::move(response));
}

TEST_F(HttpServerTest, AnswersARequest) {
    TestSocket client(serve(echo));
    client.send("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.read_answer(),
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("\r\n\r\nGET /a?b=c []"),
                      HasSubstr("Content-Type: application/json\r\n")));
}

TEST_F(HttpServerTest, ReadsABodyOfKnownLength) {
    TestSocket client(serve(echo));
    client.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
    client.send("llo");
    EXPECT_THAT(client.read_answer(), EndsWith("POST /p [hello]"));
}

TEST_F(HttpServerTest, RemovesTheChunkedCoding) {
    TestSocket client(serve(echo));
    client.send("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send("5\r\nhello\r\n6;extension=1\r\n world\r\n0\r\n\r\n");
    EXPECT_THAT(client.read_answer(), EndsWith("POST /p [hello world]"));
}

TEST_F(HttpServerTest, HandsOverPiecesOfABodyThatIsStillComing) {
    std::promise<std::string> first;
    const auto handler = [&](HttpExchange& exchange) -> awaitable<void> {
        std::array<std::uint8_t, 100> piece;
        const auto count = co_await exchange.read_some(piece);
        first.set_value(
            std::string(piece.begin(), piece.begin() + static_cast<long>(count.value())));
        for (;;) {
            const auto more = co_await exchange.read_some(piece);
            if (!more || *more == 0) break;
        }
        co_await exchange.respond({});
    };
    TestSocket client(serve(handler));
    client.send(
        "POST /ts/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    auto arrived = first.get_future();
    ASSERT_EQ(arrived.wait_for(20s), std::future_status::ready);
    EXPECT_EQ(arrived.get(), "hello");
    client.send("3\r\nend\r\n0\r\n\r\n");
    EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, TellsTheHandlerThatAClientWentAwayInTheMiddleOfABody) {
    std::promise<Errc> told;
    const auto handler = [&](HttpExchange& exchange) -> awaitable<void> {
        const auto body = co_await exchange.read_body(1000);
        told.set_value(body ? Errc::internal : body.error().code);
    };
    TestSocket client(serve(handler));
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf");
    client.close();
    auto outcome = told.get_future();
    ASSERT_EQ(outcome.wait_for(20s), std::future_status::ready);
    EXPECT_EQ(outcome.get(), Errc::unavailable);
}

TEST_F(HttpServerTest, HangsUpAtOnceOnOneWhoSendsOnlyHalfABody) {
    TestSocket client(serve(echo, {.body_time = 600s}));
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf");
    client.stop_sending();
    EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 400"));
}

TEST_F(HttpServerTest, AnswersABodyBeyondTheLimitBeforeItHangsUp) {
    TestSocket client(serve(echo));
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
    client.send_some(std::string(200'000, 'x'));
    client.stop_sending();
    EXPECT_THAT(
        client.read_to_end(),
        AllOf(StartsWith("HTTP/1.1 413"), HasSubstr("Connection: close"),
              EndsWith(R"({"code":"413","message":"the body is longer than 1000 bytes"})")));
}

TEST_F(HttpServerTest, TakesABodyOfExactlyTheLimit) {
    TestSocket client(serve(echo));
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" +
                std::string(1000, 'x'));
    EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, RefusesAHeaderBeyondTheLimitWith431) {
    TestSocket client(serve(echo, {.header_bytes = 1024}));
    client.send("GET / HTTP/1.1\r\nHost: x\r\nCookie: " + std::string(2000, 'x') + "\r\n\r\n");
    EXPECT_THAT(client.read_to_end(),
                AllOf(StartsWith("HTTP/1.1 431"), HasSubstr(R"("code":"431")")));
}

TEST_F(HttpServerTest, RefusesWhatIsNotHttpWith400) {
    const auto at = serve(echo);
    for (const char* nonsense :
         {"hello\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
          "\x16\x03\x01\x02\x00\x01\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
          "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"}) {
        TestSocket client(at);
        client.send(nonsense);
        EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 400")) << nonsense;
    }
}

TEST_F(HttpServerTest, KeepsTheConnectionForFurtherRequests) {
    TestSocket client(serve(echo));
    for (const std::string path : {"/1", "/2", "/3"}) {
        client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_THAT(client.read_answer(), EndsWith("GET " + path + " []"));
    }
}

TEST_F(HttpServerTest, HangsUpWhenTheClientAsksForIt) {
    TestSocket client(serve(echo));
    client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(client.read_to_end(),
                AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Connection: close")));
}

TEST_F(HttpServerTest, HangsUpOnAnHttp10ClientAfterTheAnswer) {
    TestSocket client(serve(echo));
    client.send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_THAT(client.read_to_end(), EndsWith("GET / []"));
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
    TestSocket client(serve(echo));
    client.send(
        "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"
        "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\ntwo"
        "GET /3 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.read_answer(), EndsWith("GET /1 []"));
    EXPECT_THAT(client.read_answer(), EndsWith("POST /2 [two]"));
    EXPECT_THAT(client.read_answer(), EndsWith("GET /3 []"));
}

TEST_F(HttpServerTest, SkipsABodyThatTheHandlerDidNotRead) {
    TestSocket client(serve(answer_only));
    client.send("POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n" +
                std::string(20'000, 'x'));
    EXPECT_THAT(client.read_answer(), EndsWith("/1"));
    client.send("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.read_answer(), EndsWith("/2"));
}

TEST_F(HttpServerTest, InvitesABodyThatTheClientHoldsBack) {
    TestSocket client(serve(echo));
    client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hi");
    EXPECT_THAT(client.read_answer(), EndsWith("[hi]"));
}

TEST_F(HttpServerTest, DoesNotInviteABodyThatNobodyReads) {
    TestSocket client(serve(answer_only));
    client.send("POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_THAT(client.read_to_end(),
                AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Connection: close"), EndsWith("/x")));
}

TEST_F(HttpServerTest, AnswersHeadWithoutTheBody) {
    TestSocket client(serve(answer_only));
    client.send("HEAD /four HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(client.read_to_end(),
                AllOf(HasSubstr("Content-Length: 5\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(HttpServerTest, AnswersNoContentWithNeitherBodyNorItsFields) {
    const auto handler = [](HttpExchange& exchange) -> awaitable<void> {
        co_await exchange.respond({.status = 204, .body = "ignored"});
    };
    TestSocket client(serve(handler));
    client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(client.read_to_end(), AllOf(StartsWith("HTTP/1.1 204"), Not(HasSubstr("Content-")),
                                            EndsWith("\r\n\r\n")));
}

TEST_F(HttpServerTest, HangsUpOnOneWhoIsTooSlowWithItsHeader) {
    TestSocket client(serve(echo, {.header_time = 1s}));
    client.send("GET / HT");
    EXPECT_THAT(client.read_to_end(), IsEmpty());
}

TEST_F(HttpServerTest, HangsUpOnOneWhoStaysSilentBetweenRequests) {
    TestSocket client(serve(echo, {.idle_time = 1s}));
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(client.read_to_end(), IsEmpty());
}

TEST_F(HttpServerTest, RefusesOneWhoIsTooSlowWithItsBody) {
    TestSocket client(serve(echo, {.body_time = 1s}));
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
    client.read_to_end();  // it does end
}

TEST_F(HttpServerTest, AnswersForAHandlerThatForgets) {
    TestSocket client(serve([](HttpExchange&) -> awaitable<void> { co_return; }));
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 500"));
}

TEST_F(HttpServerTest, SurvivesAHandlerThatThrows) {
    const auto handler = [](HttpExchange& exchange) -> awaitable<void> {
        if (exchange.request().target == "/bad") throw std::runtime_error("bad");
        co_await answer_only(exchange);
    };
    const auto at = serve(handler);
    TestSocket victim(at);
    victim.send("GET /bad HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(victim.read_to_end(), IsEmpty());
    TestSocket next(at);
    next.send("GET /good HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(next.read_answer(), EndsWith("/good"));
}

TEST_F(HttpServerTest, HandsOverTheSocketWithWhatWasReadBeyondTheHeader) {
    std::promise<SocketHandover> handed;
    const auto handler = [&](HttpExchange& exchange) -> awaitable<void> {
        handed.set_value(exchange.hand_over());
        co_return;
    };
    TestSocket client(serve(handler));
    client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nmore");
    auto future = handed.get_future();
    ASSERT_EQ(future.wait_for(20s), std::future_status::ready);
    const SocketHandover handover = future.get();
    EXPECT_EQ(std::string(handover.received.begin(), handover.received.end()), "more");

    server->stop();  // does not touch it
    ASSERT_EQ(::send(handover.socket.number(), "hi", 2, MSG_NOSIGNAL), 2);
    EXPECT_EQ(client.read(2), "hi");
}

TEST_F(HttpServerTest, StopsWhileConnectionsAreOpen) {
    const auto at = serve(echo);
    TestSocket silent(at);  // perhaps not accepted yet: then it is reset
    TestSocket waiting(at);
    waiting.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    waiting.read_answer();
    server->stop();
    silent.wait_for_end();
    EXPECT_THAT(waiting.read_to_end(), IsEmpty());
    EXPECT_THROW(TestSocket{at}, std::runtime_error);
}

TEST_F(HttpServerTest, StopWaitsForAHandlerThatIsStillBusy) {
    std::promise<void> entered;
    std::atomic<bool> left = false;
    const auto handler = [&](HttpExchange& exchange) -> awaitable<void> {
        entered.set_value();
        boost::asio::steady_timer work(co_await boost::asio::this_coro::executor, 100ms);
        co_await work.async_wait(tuple_await);
        left = true;
        co_await answer_only(exchange);
    };
    TestSocket client(serve(handler));
    client.send("GET /last HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_EQ(entered.get_future().wait_for(20s), std::future_status::ready);
    server->stop();
    EXPECT_TRUE(left);
    EXPECT_THAT(client.read_to_end(), EndsWith("/last"));
}

TEST_F(HttpServerTest, SaysWhichAddressIsTaken) {
    const auto at = serve(echo);
    HttpServer second(threads, echo);
    const auto bound = second.listen("127.0.0.1", at);
    ASSERT_FALSE(bound);
    EXPECT_EQ(bound.error().code, Errc::unavailable);
    EXPECT_THAT(bound.error().detail,
                HasSubstr("cannot listen on 127.0.0.1 port " + std::to_string(at)));
}

TEST_F(HttpServerTest, RefusesToListenOnWhatIsNoAddress) {
    HttpServer other(threads, echo);
    EXPECT_EQ(other.listen("localhost", 0).error().code, Errc::invalid);
}

TEST_F(HttpServerTest, HangsUpOnConnectionsBeyondTheLimit) {
    // One of the limit's tasks is the listener itself.
    const auto at = serve(echo, {.connections = 2});
    TestSocket first(at);
    first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(first.read_answer(), StartsWith("HTTP/1.1 200"));
    TestSocket second(at);
    EXPECT_THAT(second.read_to_end(), IsEmpty());
}

awaitable<void> tell_address(HttpExchange& exchange) {
    co_await exchange.respond({.body = exchange.request().remote_address});
}

TEST_F(HttpServerTest, KnowsThePeersAddressAndATrustedProxysWordForTheClients) {
    TestSocket client(serve(tell_address, {}, TrustedProxies::on_this_machine()));
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.read_answer(), EndsWith("\r\n\r\n127.0.0.1"));
    client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.7, 10.0.0.1\r\n\r\n");
    EXPECT_THAT(client.read_answer(), EndsWith("\r\n\r\n10.0.0.1"));
}

TEST_F(HttpServerTest, DoesNotBelieveAnybodyElseWhomARequestIsFrom) {
    TestSocket client(serve(tell_address));
    client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n");
    EXPECT_THAT(client.read_answer(), EndsWith("\r\n\r\n127.0.0.1"));
}

}  // namespace
}  // namespace relay::net
