// SPDX-License-Identifier: Apache-2.0
#include "host/feeds/ingest.hpp"

#include "media/ts_packet_builder.hpp"
#include "net/tuple_await.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>

#include <deque>
#include <utility>
#include <vector>

namespace relay::host {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using media::test::Bytes;
using media::test::TsBuilder;
using media::test::operator+;
using testing::ElementsAre;

// A request whose body is fed by the test, and whose answer it can see.
class FakeExchange final : public net::HttpExchange {
public:
    explicit FakeExchange(asio::io_context& context) : fed_(context) { wait_for_bytes(); }

    void feed(Bytes bytes) {
        body_.push_back(std::move(bytes));
        fed_.cancel();
    }
    void end() { feed({}); }
    void break_off() {
        broken_ = true;
        fed_.cancel();
    }

    std::optional<net::HttpResponse> answer;

    net::HttpRequest& request() override { return request_; }
    asio::awaitable<Result<void>> read_body(std::size_t) override { std::abort(); }
    net::SocketHandover hand_over() override { std::abort(); }
    asio::awaitable<Result<void>> respond(net::HttpResponse response) override {
        EXPECT_FALSE(answer) << "answered twice";
        answer = std::move(response);
        co_return Result<void>{};
    }
    asio::awaitable<Result<std::size_t>> read_some(std::span<std::uint8_t> into) override {
        while (body_.empty() && !broken_) {
            wait_for_bytes();
            co_await fed_.async_wait(net::tuple_await);
        }
        if (broken_) co_return fail(Errc::unavailable, "the client went away");
        const std::size_t size = std::min(into.size(), body_.front().size());
        std::copy_n(body_.front().begin(), size, into.begin());
        body_.front().erase(body_.front().begin(),
                            body_.front().begin() + static_cast<std::ptrdiff_t>(size));
        if (body_.front().empty()) body_.pop_front();
        co_return size;
    }

private:
    void wait_for_bytes() { fed_.expires_after(1h); }

    net::HttpRequest request_;
    asio::steady_timer fed_;
    std::deque<Bytes> body_;
    bool broken_ = false;
};

class Viewer final : public hub::Subscriber {
public:
    std::vector<Bytes> messages;
    std::function<void()> on_message = [] {};

    void deliver(const wire::MessagePtr& message, hub::Delivery) override {
        EXPECT_EQ(message->type(), wire::MessageType::binary);
        messages.emplace_back(message->payload().begin(), message->payload().end());
        on_message();
    }
};

struct IngestTest : testing::Test {
    asio::io_context context;
    std::shared_ptr<Feed> feed = std::make_shared<Feed>("video0", std::chrono::steady_clock::now());
    Viewer viewer;
    TsBuilder build;

    void SetUp() override { feed->join_local(viewer); }

    void begin(FakeExchange& exchange) {
        asio::co_spawn(context, ingest(exchange, feed, 5ms), asio::detached);
    }
    // Runs until nothing is to be done but to wait for time or bytes.
    void settle() {
        context.restart();
        while (context.poll() > 0) {
        }
    }
};

TEST_F(IngestTest, PicturesBecomeMessagesAndTheEndIsAnswered) {
    FakeExchange exchange(context);
    begin(exchange);
    const Bytes first = build.tables() + build.picture(true, 3000);
    const Bytes second = build.picture(false, 800);
    exchange.feed(first);
    settle();
    EXPECT_THAT(viewer.messages, ElementsAre(first));
    EXPECT_FALSE(exchange.answer);
    EXPECT_TRUE(feed->has_publisher());
    exchange.feed(second);
    exchange.end();
    settle();
    EXPECT_THAT(viewer.messages, ElementsAre(first, second));
    ASSERT_TRUE(exchange.answer);
    EXPECT_EQ(exchange.answer->status, 200);
    EXPECT_FALSE(feed->has_publisher());
}

TEST_F(IngestTest, SilenceSendsWhatHasNoKnownEnd) {
    FakeExchange exchange(context);
    begin(exchange);
    const Bytes audio = build.audio(3000);
    exchange.feed(audio);
    viewer.on_message = [&] { exchange.end(); };  // else the context would wait for an hour
    context.run();
    EXPECT_THAT(viewer.messages, ElementsAre(audio));
}

TEST_F(IngestTest, BrokenConnectionSendsWhatWasWholeAndFreesTheFeed) {
    FakeExchange exchange(context);
    begin(exchange);
    const Bytes audio = build.audio(3000);
    exchange.feed(Bytes(audio.begin(), audio.begin() + 1000));
    settle();
    exchange.break_off();
    settle();
    EXPECT_THAT(viewer.messages, ElementsAre(Bytes(audio.begin(), audio.begin() + 940)));
    EXPECT_FALSE(exchange.answer);
    EXPECT_FALSE(feed->has_publisher());
}

TEST_F(IngestTest, OtherThanTransportStreamIsDiscardedCountedAndRefused) {
    FakeExchange exchange(context);
    begin(exchange);
    exchange.feed(Bytes(5000, 'x'));
    exchange.end();
    settle();
    EXPECT_TRUE(viewer.messages.empty());
    EXPECT_EQ(feed->flaws().discarded_bytes, 5000U);
    ASSERT_TRUE(exchange.answer);
    EXPECT_EQ(exchange.answer->status, 415);
}

TEST_F(IngestTest, EmptyBodyIsNoMistake) {
    FakeExchange exchange(context);
    begin(exchange);
    exchange.end();
    settle();
    ASSERT_TRUE(exchange.answer);
    EXPECT_EQ(exchange.answer->status, 200);
}

TEST_F(IngestTest, SecondPublisherIsRefused) {
    FakeExchange first(context);
    FakeExchange second(context);
    begin(first);
    settle();
    begin(second);
    settle();
    ASSERT_TRUE(second.answer);
    EXPECT_EQ(second.answer->status, 409);
    const Bytes picture = build.picture(true, 3000);
    first.feed(picture);
    settle();
    EXPECT_THAT(viewer.messages, ElementsAre(picture));
    first.end();
    settle();
}

TEST_F(IngestTest, TakeoverEndsTheFirstPublisherBeforeItsNextPacket) {
    FakeExchange first(context);
    FakeExchange second(context);
    second.request().target = "/ts/video0?takeover";
    begin(first);
    settle();
    begin(second);
    settle();
    EXPECT_FALSE(second.answer);
    first.feed(build.picture(true, 3000));
    settle();
    ASSERT_TRUE(first.answer);
    EXPECT_EQ(first.answer->status, 409);
    EXPECT_TRUE(viewer.messages.empty());
    const Bytes picture = build.picture(true, 2000);
    second.feed(picture);
    settle();
    EXPECT_THAT(viewer.messages, ElementsAre(picture));
    second.end();
    settle();
}

}  // namespace
}  // namespace relay::host
