// SPDX-License-Identifier: Apache-2.0
// The examples of docs/session-client.md: each means what the document says.
#include "playfile/parse.hpp"
#include "playfile/script_text_for_test.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <vector>

namespace relay::playfile {
namespace {

std::string document() {
    std::ostringstream text;
    text << std::ifstream(RELAY_DOCUMENTS "/session-client.md").rdbuf();
    return text.str();
}

// Lines between ```playfile and ```.
std::vector<std::string> examples() {
    std::vector<std::string> found;
    std::istringstream lines(document());
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("```")) {
            inside = line == "```playfile";
        } else if (inside) {
            found.push_back(line);
        }
    }
    return found;
}

struct Row {
    const char* line;
    const char* steps;
};

// Those of the original's own documents come first.
constexpr Row expected[] = {
    {"# comment", ""},
    {"#- comment", ""},
    {"#+ comment that is echoed to the log", "echo comment that is echoed to the log"},
    {R"({"some":"msg"})", R"(send {"some":"msg"})"},
    {"set foo=bar", "send set foo=bar"},
    {R"([1.2s] {"some":"msg"})", R"(wait 1.2s, send {"some":"msg"})"},
    {R"([0.1s] {"some":"msg"})", R"(wait 100ms, send {"some":"msg"})"},
    {R"([1.2] {"some":"msg"})", R"(wait 1.2s, send {"some":"msg"})"},
    {"[] valid, no delay", "send valid, no delay"},
    {"[0s] valid, no delay", "send valid, no delay"},
    {"[  10ms ] valid, delay of 10 ms", "wait 10ms, send valid, delay of 10 ms"},
    {"[ 0.1s ] valid, delay of 100 ms", "wait 100ms, send valid, delay of 100 ms"},
    {"[] # a message that begins with #", "send # a message that begins with #"},
    {"[100ms]", "wait 100ms"},
    {"[2s]", "wait 2s"},
    {R"(<'\"is\"\s*:\s*\"running\"',5,10s> {"stop":"motor"})",
     R"(until 5 of \"is\"\s*:\s*\"running\" or 10s, send {"stop":"motor"})"},
    {R"(<'\"is\"\s*:\s*\"ready\"',1,10> {"some":"command"})",
     R"(until 1 of \"is\"\s*:\s*\"ready\" or 10s, send {"some":"command"})"},
    {R"(<'result',50,15> {"cmd":"stop"})", R"(until 50 of result or 15s, send {"cmd":"stop"})"},
    {R"(<'\'foo\'',1,10>)", "until 1 of 'foo' or 10s"},
    {"<'foo',1,10>", "until 1 of foo or 10s"},
    {R"(<'foo',1,10s> {"a":"b>c"})", R"(until 1 of foo or 10s, send {"a":"b>c"})"},
    {R"(|+> ^\s*{)", R"(accept ^\s*{)"},
    {R"(|-> "hb")", R"(deny "hb")"},
    {"|r>", "reset"},
    {"[] [1]", "send [1]"},
    {"[] <b>hi</b>", "send <b>hi</b>"},
};

TEST(DocumentedLines, MeanWhatTheDocumentSays) {
    for (const Row& row : expected) {
        SCOPED_TRACE(row.line);
        const auto script = parse(std::string(row.line) + "\n");
        ASSERT_TRUE(script) << script.error().detail;
        EXPECT_EQ(text_of(*script), row.steps);
    }
}

TEST(DocumentedLines, AreThoseOfTheDocument) {
    std::vector<std::string> tested;
    for (const Row& row : expected) tested.emplace_back(row.line);
    EXPECT_EQ(examples(), tested);
}

}  // namespace
}  // namespace relay::playfile
