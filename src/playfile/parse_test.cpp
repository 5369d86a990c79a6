// SPDX-License-Identifier: Apache-2.0
#include "playfile/parse.hpp"

#include "playfile/script_text_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::playfile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A line, its steps, and whether a notice says how it was read.
struct Row {
    const char* line;
    const char* steps;
    bool noticed = false;
};

constexpr Row rows[] = {
    // Messages: everything else, unchanged.
    {R"({"some":"msg"})", R"(send {"some":"msg"})"},
    {"  set foo=bar  ", "send   set foo=bar  "},
    {"", "send ", true},
    {"   ", "send    ", true},
    {"a # b", "send a # b"},
    // Comments.
    {"# comment", ""},
    {"  ## comment", ""},
    {"#- comment", ""},
    {"#++ comment", ""},
    {"#+- comment", ""},
    {"#+ echoed", "echo echoed"},
    {"  ##+   echoed ", "echo echoed "},
    {"#+", "echo "},
    {"#", ""},
    // Delays and waits.
    {"[] hello", "send hello"},
    {"[0s] a", "send a"},
    {"[]# sent", "send # sent"},
    {"[1.5s]", "wait 1.5s"},
    {"[ 1h5.3m0.5s ]  x ", "wait 1h5m18.5s, send x "},
    {"  [10ms]x", "wait 10ms, send x"},
    {"[5\xC2\xB5s] x", "wait 5us, send x"},
    {"[] [1]", "send [1]"},
    {"[] [2s]", "send [2s]"},
    // A bare number counts seconds, as the original's own help says.
    {"[5] c", "wait 5s, send c", true},
    {"[10] c", "wait 10s, send c", true},
    {"[0.5] c", "wait 500ms, send c", true},
    {"[0] c", "send c", true},
    // On a line of its own it could be JSON.
    {"[1]", "wait 1s", true},
    {"[12]", "wait 12s", true},
    {"[1.5]", "wait 1.5s", true},
    {"[]", "", true},
    {"[true]", "send [true]", true},
    {" [ null ] ", "send  [ null ] ", true},
    {"[1,2,3]", "send [1,2,3]"},
    {R"(["a"])", R"(send ["a"])"},
    {"[1 2]", "send [1 2]"},
    {"[10 ms] x", "send [10 ms] x", true},
    {"[1m 30s]", "send [1m 30s]", true},
    {"[go on]", "send [go on]"},
    {"[-1s] x", "send [-1s] x", true},
    {"[-1]", "send [-1]", true},
    {"[1s", "send [1s"},
    {"[[1]]", "send [[1]]"},
    // Conditions.
    {"<'foo',1,10s> x", "until 1 of foo or 10s, send x"},
    {" < ' foo' , 2 , 1m30s >x", "until 2 of  foo or 1m30s, send x"},
    {"<'fo>o',2,1m30s> x", "until 2 of fo>o or 1m30s, send x"},
    {R"(<'foo',1,10s> {"a":"b>c"})", R"(until 1 of foo or 10s, send {"a":"b>c"})"},
    {R"(<'\'foo\'',1,10s> x)", "until 1 of 'foo' or 10s, send x"},
    {R"(<'a\\',1,10s> x)", R"(until 1 of a\\ or 10s, send x)"},
    {R"(<'\d,\d',1,10s> x)", R"(until 1 of \d,\d or 10s, send x)"},
    {"<'foo',1,10> x", "until 1 of foo or 10s, send x", true},
    {"<'foo',1,0.5> x", "until 1 of foo or 500ms, send x", true},
    {"<'foo',1,10s>", "until 1 of foo or 10s", true},
    {"<'foo',0,10s> z", "until 0 of foo or 10s, send z", true},
    {"<'',1,10s> z", "until 1 of  or 10s, send z", true},
    {"<'foo',1,0s> z", "until 1 of foo or 0s, send z"},
    {"<'foo',1,10s,extra> z", "until 1 of foo or 10s, send z", true},
    {"<3 a heart", "send <3 a heart"},
    {"[] <b>hi</b>", "send <b>hi</b>"},
    // Filters.
    {R"(|+> ^\s*{)", R"(accept ^\s*{)"},
    {R"(|-> "hb")", R"(deny "hb")"},
    {"| A > x", "accept x"},
    {"|d>x y ", "deny x y "},
    {"|r>", "reset"},
    {"|R> rest", "reset", true},
    {"|+>", "accept ", true},
    {"|x|y|", "send |x|y|"},
    {"|", "send |"},
};

TEST(ReadScript, ReadsEachKindOfLine) {
    for (const Row& row : rows) {
        SCOPED_TRACE(row.line);
        const Reading reading = read_script(std::string(row.line) + "\n");
        EXPECT_THAT(reading.errors, IsEmpty()) << reading.errors.front().text;
        EXPECT_EQ(text_of(reading.script), row.steps);
        EXPECT_EQ(!reading.notices.empty(), row.noticed);
    }
}

struct BadRow {
    const char* line;
    const char* reason;
};

constexpr BadRow bad_rows[] = {
    {"[2S] x", "'2S' is not a duration"},
    {"[a]", "'a' is not a duration"},
    {"[true] x", "'true' is not a duration"},
    {"[1s2] x", "'1s2' is not a duration"},
    {"[99999999999h] x", "too long"},
    {"<b>hi</b>", "[] in front to send the line"},
    {"<foo,1,10s> x", "quoted pattern"},
    {"<'foo,1,10s> x", "closing quote"},
    {"<'it's',1,10s> x", R"(' is written \')"},
    {"<'foo'> x", "no comma behind the pattern"},
    {"<'foo',,10s> x", "no COUNT"},
    {"<'foo',many,10s> x", "no COUNT"},
    {"<'foo',99999999999999999999,10s> x", "COUNT is too large"},
    {"<'foo',1> x", "no comma behind the count"},
    {"<'foo',1,> x", "no TIMEOUT"},
    {"<'foo',1,10q> x", "'10q' is not a duration"},
    {"<'foo',1,10s x", "no > behind the time-out"},
    {"<'foo',1,10s,extra", "no > at its end"},
    {"<'fo(o',1,10s> x", "missing )"},
    {"|+> (", "missing )"},
    {"|foo> bar", "'foo' is none of +, - and r"},
    {"a\xFF", "not UTF-8"},
};

TEST(ReadScript, TellsWhatIsWrongWithALine) {
    for (const BadRow& row : bad_rows) {
        SCOPED_TRACE(row.line);
        const Reading reading = read_script(std::string("ok\n") + row.line + "\nok\n");
        ASSERT_EQ(reading.errors.size(), 1u);
        EXPECT_EQ(reading.errors.front().line, 2u);
        EXPECT_THAT(reading.errors.front().text, HasSubstr(row.reason));
        EXPECT_EQ(text_of(reading.script), "send ok, send ok");
    }
}

TEST(ReadScript, CountsLinesAndTakesBothKindsOfLineEnd) {
    const Reading reading = read_script("# a\r\nb\r\n[1s] c\nd");
    ASSERT_THAT(reading.script.steps, testing::SizeIs(4));
    EXPECT_EQ(text_of(reading.script), "send b, wait 1s, send c, send d");
    std::vector<std::size_t> lines;
    for (const Step& step : reading.script.steps) lines.push_back(step.line);
    EXPECT_THAT(lines, ElementsAre(2, 3, 3, 4));
}

TEST(ReadScript, LineEndAtTheEndIsNotALine) {
    EXPECT_EQ(text_of(read_script("").script), "");
    EXPECT_EQ(text_of(read_script("a\n").script), "send a");
    EXPECT_EQ(text_of(read_script("a\n\n").script), "send a, send ");
}

TEST(ReadScript, ByteOrderMarkIsNotPartOfTheFirstLine) {
    EXPECT_EQ(text_of(read_script("\xEF\xBB\xBF# a\n").script), "");
}

// The reference takes 64 KiB.
TEST(ReadScript, LinesMayHaveAMebibyteAndNoMore) {
    const std::string longest(longest_line, 'x');
    EXPECT_EQ(text_of(read_script(longest + "\r\n").script), "send " + longest);
    const Reading reading = read_script("a\nx" + longest + "\nb\n");
    ASSERT_THAT(reading.errors, testing::SizeIs(1));
    EXPECT_EQ(reading.errors.front().line, 2u);
    EXPECT_THAT(reading.errors.front().text, HasSubstr("longer than 1048576 bytes"));
    EXPECT_EQ(text_of(reading.script), "send a, send b");
}

TEST(ReadScript, NoticesTellHowToWriteWhatWasMeant) {
    const Reading reading = read_script("a\n[12]\n");
    ASSERT_THAT(reading.notices, testing::SizeIs(1));
    EXPECT_EQ(reading.notices.front().line, 2u);
    EXPECT_THAT(reading.notices.front().text, HasSubstr("write [12s] to wait, or [] [12]"));
}

TEST(Parse, IsTheScriptOrAllErrorsWithTheirLines) {
    EXPECT_EQ(text_of(parse("a\n[1s]\n").value()), "send a, wait 1s");
    const auto failed = parse("|x>\nok\n[z]\n");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Errc::invalid);
    EXPECT_THAT(failed.error().detail, testing::StartsWith("line 1: "));
    EXPECT_THAT(failed.error().detail, HasSubstr("\nline 3: "));
}

}  // namespace
}  // namespace relay::playfile
