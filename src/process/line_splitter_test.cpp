// SPDX-License-Identifier: Apache-2.0
#include "process/line_splitter.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace relay::process {
namespace {

using testing::ElementsAre;

struct LineSplitterTest : testing::Test {
    std::vector<std::string> lines;
    LineSplitter splitter{8};

    void add(std::string_view bytes) {
        splitter.add(bytes, [this](std::string_view line) { lines.emplace_back(line); });
    }
    void finish() {
        splitter.finish([this](std::string_view line) { lines.emplace_back(line); });
    }
};

TEST_F(LineSplitterTest, CutsAtLineEndsWhereverThePiecesEnd) {
    for (const auto piece : {"one\ntw", "o\r\nthree\rfo", "ur\r", "\nfive\n"}) add(piece);
    EXPECT_THAT(lines, ElementsAre("one", "two", "three", "four", "five"));
}

TEST_F(LineSplitterTest, AReturnEndsItsLineAtOnce) {
    add("123\r");
    EXPECT_THAT(lines, ElementsAre("123"));
}

TEST_F(LineSplitterTest, EmptyLinesAreLines) {
    add("\n\r\n\r\r\n");
    EXPECT_THAT(lines, ElementsAre("", "", "", ""));
}

TEST_F(LineSplitterTest, KeepsEveryOtherByte) {
    add(std::string_view("a\0\xFF b\n", 6));
    EXPECT_THAT(lines, ElementsAre(std::string("a\0\xFF b", 5)));
}

TEST_F(LineSplitterTest, HandsOnALastLineWithoutItsEndAtTheEndOnly) {
    add("one\ntwo");
    EXPECT_THAT(lines, ElementsAre("one"));
    finish();
    EXPECT_THAT(lines, ElementsAre("one", "two"));
    finish();
    EXPECT_EQ(lines.size(), 2U);
}

TEST_F(LineSplitterTest, HandsOnALineThatIsTooLongInPiecesAndCountsThem) {
    add("12345678\n");
    EXPECT_EQ(splitter.cuts(), 0U);
    add("123456");
    add("789012345678901\n");
    EXPECT_THAT(lines, ElementsAre("12345678", "12345678", "90123456", "78901"));
    EXPECT_EQ(splitter.cuts(), 2U);
}

TEST_F(LineSplitterTest, CutsTheSameHoweverTheBytesArrive) {
    const std::string text = "a\r\nbb\n\nccc\rdddddddddddd\r\r\neee";
    add(text);
    finish();
    const auto whole = std::exchange(lines, {});
    for (const char byte : text) add({&byte, 1});
    finish();
    EXPECT_EQ(lines, whole);
}

}  // namespace
}  // namespace relay::process
