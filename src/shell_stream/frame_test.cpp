// SPDX-License-Identifier: Apache-2.0
#include "shell_stream/frame.hpp"

#include "shell_stream/stream_for_test.hpp"

#include <gtest/gtest.h>

namespace relay::shell_stream {
namespace {

std::string encoded(const Frame& frame) {
    return text_of(encode(frame)->payload());
}

std::string error_of(std::string_view payload) {
    const auto frame = decode(bytes_of(payload));
    return frame ? "decoded" : frame.error().detail;
}

// The bytes of docs/shell-protocol.md#frames, written out: another implementation depends on them.
TEST(ShellFrame, HasTheDocumentedBytes) {
    using namespace std::string_literals;
    const std::string key(32, 's');
    EXPECT_EQ(encoded(Open{key_for_test(), 0x01020304, 0x00400000}),
              "\x01"s + key + "\x01\x02\x03\x04\x00\x40\x00\x00"s);
    EXPECT_EQ(encoded(Resume{key_for_test(), 2, 0x0102030405060708}),
              "\x02"s + key + "\x00\x00\x00\x02\x01\x02\x03\x04\x05\x06\x07\x08"s);
    EXPECT_EQ(encoded(Accept{0x10000, 5}), "\x03\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05"s);
    EXPECT_EQ(encoded(Data{0xFF00000000000000, bytes_of("ssh")}),
              "\x04\xFF\x00\x00\x00\x00\x00\x00\x00ssh"s);
    EXPECT_EQ(encoded(End{7}), "\x05\x00\x00\x00\x00\x00\x00\x00\x07"s);
    EXPECT_EQ(encoded(Acknowledge{8}), "\x06\x00\x00\x00\x00\x00\x00\x00\x08"s);
    EXPECT_EQ(encoded(Abort{AbortReason::local_error, "reset"}), "\x07\x04reset"s);
    EXPECT_EQ(encoded(Done{}), "\x08");
}

TEST(ShellFrame, IsABinaryMessage) {
    EXPECT_EQ(encode(End{7})->type(), wire::MessageType::binary);
}

TEST(ShellFrame, IsReadAsItWasWritten) {
    const auto open = frame_in<Open>(encode(Open{key_for_test('o'), 3, 4096}));
    EXPECT_EQ(open.key.id, key_for_test('o').id);
    EXPECT_TRUE(open.key.secret == key_for_test('o').secret);
    EXPECT_EQ(open.attempt, 3u);
    EXPECT_EQ(open.window, 4096u);

    const auto resume = frame_in<Resume>(encode(Resume{key_for_test('r'), 9, UINT64_MAX}));
    EXPECT_TRUE(resume.key.secret == key_for_test('r').secret);
    EXPECT_EQ(resume.attempt, 9u);
    EXPECT_EQ(resume.received, UINT64_MAX);

    const auto accept = frame_in<Accept>(encode(Accept{UINT32_MAX, 77}));
    EXPECT_EQ(accept.window, UINT32_MAX);
    EXPECT_EQ(accept.received, 77u);

    EXPECT_EQ(frame_in<End>(encode(End{12})).position, 12u);
    EXPECT_EQ(frame_in<Acknowledge>(encode(Acknowledge{13})).position, 13u);
    EXPECT_EQ(frame_in<Abort>(encode(Abort{AbortReason::stopping, "bye"})).text, "bye");
}

TEST(ShellFrame, DataIsDecodedInPlace) {
    const auto message = encode(Data{5, bytes_of("abc")});
    const auto data = frame_in<Data>(message);
    EXPECT_EQ(data.position, 5u);
    EXPECT_EQ(data.bytes.data(), message->payload().data() + 9);
    EXPECT_EQ(data.bytes.size(), 3u);
}

TEST(ShellFrame, AnAbortTextIsCutAndMadePrintable) {
    const auto abort = frame_in<Abort>(encode(Abort{AbortReason::other, "a\x1b[2J\n\xC3\xA9"}));
    EXPECT_EQ(abort.text, "a?[2J???");
    const std::string much(300, 'x');
    EXPECT_EQ(frame_in<Abort>(encode(Abort{AbortReason::other, much})).text, much.substr(0, 200));
}

TEST(ShellFrame, AReasonFromALaterVersionIsAnotherReason) {
    EXPECT_EQ(frame_in<Abort>(encode(Abort{AbortReason{200}, "new"})).reason, AbortReason::other);
}

TEST(ShellFrame, EveryReasonHasItsWords) {
    EXPECT_EQ(describe(AbortReason::target_unreachable), "the target cannot be reached");
    EXPECT_EQ(describe(AbortReason{200}), describe(AbortReason::other));
}

TEST(ShellFrame, RefusesWhatIsNoFrameAndSaysWhy) {
    using namespace std::string_literals;
    EXPECT_EQ(error_of(""), "a frame without a type");
    EXPECT_EQ(error_of("\0"s), "a frame of unknown type 0");
    EXPECT_EQ(error_of("\x09"), "a frame of unknown type 9");
    EXPECT_EQ(error_of("\x08x"), "DONE frame: 2 bytes instead of 1");
    EXPECT_EQ(error_of("\x01"s + std::string(39, 'x')), "OPEN frame: 40 bytes instead of 41");
    EXPECT_EQ(error_of("\x01"s + std::string(36, 'x') + "\0\0\0\0"s),
              "OPEN frame: the window is 0");
    EXPECT_EQ(error_of("\x01"s + std::string(32, 'x') + "\0\0\0\0xxxx"s),
              "OPEN frame: the attempt is 0");
    EXPECT_EQ(error_of("\x02"s + std::string(45, 'x')), "RESUME frame: 46 bytes instead of 45");
    EXPECT_EQ(error_of("\x03"), "ACCEPT frame: 1 bytes instead of 13");
    EXPECT_EQ(error_of("\x03"s + std::string(12, '\0')), "ACCEPT frame: the window is 0");
    EXPECT_EQ(error_of("\x04"), "DATA frame: holds no bytes");
    EXPECT_EQ(error_of("\x04"s + std::string(8, 'x')), "DATA frame: holds no bytes");
    EXPECT_EQ(error_of("\x04"s + std::string(8 + max_data + 1, 'x')),
              "DATA frame: more than 65536 bytes");
    EXPECT_EQ(error_of("\x05"s + std::string(7, 'x')), "END frame: 8 bytes instead of 9");
    EXPECT_EQ(error_of("\x06"s + std::string(9, 'x')), "ACK frame: 10 bytes instead of 9");
    EXPECT_EQ(error_of("\x07"), "ABORT frame: holds no reason");
    EXPECT_EQ(error_of("\x07\x01"s + std::string(201, 'x')), "ABORT frame: the text is too long");
    EXPECT_EQ(error_of("\x07\x01\x1b"), "ABORT frame: the text is not printable ASCII");
}

TEST(ShellFrame, TheLargestDataFrameIsRead) {
    const std::string most(max_data, 'x');
    const auto message = encode(Data{0, bytes_of(most)});
    EXPECT_EQ(message->size(), max_frame);
    EXPECT_EQ(frame_in<Data>(message).bytes.size(), max_data);
}

TEST(ShellFrame, KeysAreRandomAndWhole) {
    const StreamKey first = random_stream_key();
    const StreamKey second = random_stream_key();
    EXPECT_NE(first.id, second.id);
    EXPECT_FALSE(first.secret == second.secret);
    EXPECT_EQ(first.secret.reveal().size(), secret_size);
}

}  // namespace
}  // namespace relay::shell_stream
