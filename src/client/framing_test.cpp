// SPDX-License-Identifier: Apache-2.0
#include "client/framing.hpp"

#include <gmock/gmock.h>

#include <string>

namespace relay::client {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using wire::MessageType;

// `t:` or `b:` and the payload, for each message; or `error: ...`.
std::vector<std::string> shown(const Result<std::vector<wire::MessagePtr>>& messages) {
    if (!messages) return {"error: " + messages.error().detail};
    std::vector<std::string> texts;
    for (const auto& message : *messages) {
        const auto payload = std::as_const(*message).payload();
        texts.push_back((message->type() == MessageType::text ? "t:" : "b:") +
                        std::string(payload.begin(), payload.end()));
    }
    return texts;
}

TEST(LineFraming, ALineIsATextMessage) {
    Deframer deframer(Framing::line);
    EXPECT_THAT(shown(deframer.add("a\n\nb\r\nc")), ElementsAre("t:a", "t:", "t:b\r"));
    EXPECT_THAT(shown(deframer.add("d")), IsEmpty());
    EXPECT_THAT(shown(deframer.add("e\nf\n")), ElementsAre("t:cde", "t:f"));
    EXPECT_THAT(shown(deframer.finish()), IsEmpty());
}

TEST(LineFraming, TheLastLineNeedsNoLineEnd) {
    Deframer deframer(Framing::line);
    EXPECT_THAT(shown(deframer.add("a\nb")), ElementsAre("t:a"));
    EXPECT_THAT(shown(deframer.finish()), ElementsAre("t:b"));
}

TEST(LineFraming, ALineThatIsNoTextIsAnErrorWithItsNumber) {
    Deframer deframer(Framing::line);
    EXPECT_THAT(
        shown(deframer.add("a\n\xFF\n")),
        ElementsAre("error: line 2 of the input is not UTF-8; use --framing length or raw"));
}

TEST(LineFraming, ACharacterMayBeCutByTheReads) {
    Deframer deframer(Framing::line);
    EXPECT_THAT(shown(deframer.add("\xC3")), IsEmpty());
    EXPECT_THAT(shown(deframer.add("\xA4\n")), ElementsAre("t:\xC3\xA4"));
}

TEST(LineFraming, ALineWithoutEndIsAnErrorInBoundedSpace) {
    Deframer deframer(Framing::line);
    EXPECT_TRUE(deframer.add(std::string(longest_message, 'x')));
    EXPECT_THAT(shown(deframer.add("x")),
                ElementsAre(HasSubstr("message 1 of the input is longer")));
}

TEST(LengthFraming, TheLengthStandsInFrontInFourBytes) {
    Deframer deframer(Framing::length);
    EXPECT_THAT(shown(deframer.add("\0\0\0\3a\nc\0\0\0\0\0\0\0\2"s)), ElementsAre("b:a\nc", "b:"));
    EXPECT_THAT(shown(deframer.add("x")), IsEmpty());
    EXPECT_THAT(shown(deframer.add("y")), ElementsAre("b:xy"));
    EXPECT_THAT(shown(deframer.finish()), IsEmpty());
}

TEST(LengthFraming, HalfAMessageAtTheEndIsAnError) {
    Deframer deframer(Framing::length);
    EXPECT_THAT(shown(deframer.add("\0\0\0\1a\0\0\0\3ab"s)), ElementsAre("b:a"));
    EXPECT_THAT(shown(deframer.finish()), ElementsAre("error: the input ends within message 2"));
}

TEST(LengthFraming, ALengthAboveTheLimitIsAnErrorAtOnce) {
    Deframer deframer(Framing::length);
    EXPECT_THAT(shown(deframer.add("\xFF\0\0\0"s)), ElementsAre(HasSubstr("is longer than")));
}

TEST(RawFraming, WhatIsReadAtOnceIsABinaryMessage) {
    Deframer deframer(Framing::raw);
    EXPECT_THAT(shown(deframer.add("a\nb")), ElementsAre("b:a\nb"));
    EXPECT_THAT(shown(deframer.add("")), IsEmpty());
    EXPECT_THAT(shown(deframer.finish()), IsEmpty());
}

TEST(Framed, IsReadBackByTheSameFraming) {
    const std::string text = "some text";
    const auto message = wire::Message::copy_of(
        {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, MessageType::binary);
    EXPECT_EQ(framed(Framing::line, *message), "some text\n");
    EXPECT_EQ(framed(Framing::length, *message), "\0\0\0\x09some text"s);
    EXPECT_EQ(framed(Framing::raw, *message), "some text");
    for (const Framing framing : {Framing::line, Framing::length, Framing::raw}) {
        Deframer deframer(framing);
        const auto again = deframer.add(framed(framing, *message));
        EXPECT_THAT(shown(again), ElementsAre(testing::EndsWith(":some text")));
    }
}

}  // namespace
}  // namespace relay::client
