// SPDX-License-Identifier: Apache-2.0
#include "net/message_sender.hpp"

#include "base/file_descriptor.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace relay::net {
namespace {

using wire::Message;
using wire::MessagePtr;
using wire::MessageType;

class MessageSenderTest : public testing::Test {
protected:
    MessageSenderTest() {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            throw std::runtime_error("no socket pair");
        near_ = FileDescriptor(ends[0]);
        far_ = FileDescriptor(ends[1]);
    }
    // Raw, so that nothing but its text is sent.
    static MessagePtr raw(std::string_view text) {
        return Message::copy_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                                MessageType::raw);
    }
    static MessagePtr data(std::size_t size) {
        return Message::copy_of(std::vector<std::uint8_t>(size, 'x'), MessageType::binary);
    }
    bool send(const MessagePtr& message) { return sender_.send(near_.number(), message, now_); }
    bool flush() { return sender_.flush(near_.number()); }
    // Sends until the socket takes no more; how many bytes were handed over so far.
    std::size_t fill() {
        std::size_t sent = 0;
        while (!sender_.stalled()) {
            const MessagePtr message = data(10'000);
            EXPECT_TRUE(send(message));
            sent += message->encoded().size();
        }
        return sent - sender_.outbox().bytes();
    }
    // What has come to the far end by now, at most so many bytes.
    std::string receive(std::size_t most = 1 << 20) {
        std::string received(most, '\0');
        const ssize_t count = ::recv(far_.number(), received.data(), most, MSG_DONTWAIT);
        received.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
        return received;
    }
    std::size_t drain() {
        std::size_t total = 0;
        for (std::size_t count = receive().size(); count > 0; count = receive().size())
            total += count;
        return total;
    }

    const SteadyTime now_ = SteadyTime{} + std::chrono::hours(1);
    hub::OutboxLimits limits_;
    MessageSender sender_{limits_};
    FileDescriptor near_;
    FileDescriptor far_;
};

TEST_F(MessageSenderTest, SendsPastTheOutboxWhatTheSocketTakes) {
    EXPECT_TRUE(send(raw("hello")));
    EXPECT_TRUE(sender_.idle());
    EXPECT_EQ(receive(), "hello");
}

TEST_F(MessageSenderTest, KeepsWhatIsQueuedUntilTheFlush) {
    sender_.push(raw("one "), now_, false);
    sender_.push_control(raw("two"));
    EXPECT_FALSE(sender_.idle());
    EXPECT_EQ(receive(), "");
    EXPECT_TRUE(flush());
    EXPECT_TRUE(sender_.idle());
    EXPECT_EQ(receive(), "one two");
}

TEST_F(MessageSenderTest, FlushesMoreMessagesThanOneSystemCallTakes) {
    std::string expected;
    for (int i = 0; i < 1000; ++i) {
        const std::string text = std::to_string(i) + ' ';
        expected += text;
        sender_.push(raw(text), now_, false);
    }
    EXPECT_TRUE(flush());
    EXPECT_TRUE(sender_.idle());
    EXPECT_EQ(receive(), expected);
}

TEST_F(MessageSenderTest, StallsAtAFullSocketAndSendsTheRestWhenThereIsRoom) {
    const std::size_t taken = fill();
    const std::size_t rest = sender_.outbox().bytes();
    EXPECT_GT(rest, 0u);
    EXPECT_TRUE(flush()) << "a full socket is not a broken one";
    EXPECT_TRUE(sender_.stalled());
    EXPECT_EQ(sender_.outbox().bytes(), rest);
    EXPECT_EQ(drain(), taken);

    EXPECT_TRUE(flush());
    EXPECT_FALSE(sender_.stalled());
    EXPECT_TRUE(sender_.idle());
    EXPECT_EQ(drain(), rest);
}

TEST_F(MessageSenderTest, ASendToOneWhoHasGoneBreaks) {
    far_ = {};
    EXPECT_FALSE(send(raw("hello")));
    EXPECT_TRUE(sender_.broken());
    EXPECT_FALSE(sender_.stalled()) << "nothing to wait for";
}

TEST_F(MessageSenderTest, AFlushToOneWhoHasGoneBreaks) {
    fill();
    far_ = {};
    EXPECT_FALSE(flush());
    EXPECT_TRUE(sender_.broken());
    EXPECT_FALSE(sender_.stalled()) << "nothing to wait for";
}

TEST_F(MessageSenderTest, WantsRoomOverItsBoundAndHasItAtHalf) {
    limits_.overflow = hub::Overflow::wait;
    limits_.bytes = 1000;
    sender_.push(raw(std::string(936, 'x')), now_, false);
    EXPECT_FALSE(sender_.over_bound()) << "with what a message costs: the bound exactly";
    EXPECT_FALSE(sender_.room_wanted());
    sender_.push(raw("x"), now_, false);
    EXPECT_TRUE(sender_.over_bound());
    EXPECT_TRUE(sender_.room_wanted());
    EXPECT_FALSE(sender_.take_room());

    EXPECT_TRUE(flush());
    EXPECT_TRUE(sender_.room_wanted()) << "until it is taken";
    EXPECT_TRUE(sender_.take_room());
    EXPECT_FALSE(sender_.take_room()) << "told once";
    EXPECT_FALSE(sender_.room_wanted());
}

TEST_F(MessageSenderTest, WantsRoomForTheRestOfALargeMessage) {
    limits_.overflow = hub::Overflow::wait;
    limits_.bytes = 1000;
    EXPECT_TRUE(send(data(10'000'000)));
    EXPECT_TRUE(sender_.room_wanted());
}

TEST_F(MessageSenderTest, OneThatMayDropNeverWantsRoom) {
    limits_.overflow = hub::Overflow::drop_oldest;
    limits_.bytes = 1000;
    for (int i = 0; i < 100; ++i) sender_.push(data(500), now_, false);
    EXPECT_FALSE(sender_.room_wanted());
}

}  // namespace
}  // namespace relay::net
