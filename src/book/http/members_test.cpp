// SPDX-License-Identifier: Apache-2.0
#include "book/http/members.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace relay::book {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string problem_of(const Members& members) {
    return members.problem() ? members.problem()->body : "";
}

std::string required(std::string_view path) {
    return json{{"code", 602}, {"message", std::string(path) + " in body is required"}}.dump();
}

TEST(Members, are_read_as_they_are) {
    const json body = json::parse(R"({"a":{"b":"text"},"n":1.5,"l":["x","y"],"o":[{"b":"z"}]})");
    const Members members(body, "thing");
    EXPECT_EQ(members.object("a").text("b"), "text");
    EXPECT_EQ(members.number("n"), 1.5);
    EXPECT_THAT(members.texts("l"), ElementsAre("x", "y"));
    EXPECT_EQ(members.objects("o").at(0).text("b"), "z");
    EXPECT_EQ(problem_of(members), "");
}

TEST(Members, optional_ones_may_be_absent_or_null) {
    const json body = json::parse(R"({"t":null})");
    const Members members(body, "thing");
    for (const char* name : {"t", "absent"}) {
        EXPECT_EQ(members.find_text(name), "");
        EXPECT_THAT(members.find_texts(name), IsEmpty());
        EXPECT_FALSE(members.find_number(name));
        EXPECT_FALSE(members.find_object(name));
    }
    EXPECT_EQ(problem_of(members), "");
}

TEST(Members, that_are_required_may_be_empty_but_not_absent_or_null) {
    const json body = json::parse(R"({"empty":"","list":[],"null":null})");
    const Members members(body, "thing");
    EXPECT_EQ(members.text("empty"), "");
    EXPECT_THAT(members.texts("list"), IsEmpty());
    EXPECT_THAT(members.objects("list"), IsEmpty());
    EXPECT_EQ(problem_of(members), "");
    members.text("null");
    EXPECT_EQ(problem_of(members), required("null"));
    EXPECT_EQ(members.problem()->status, 422);
}

TEST(Members, the_first_problem_counts) {
    const json body = json::parse(R"({"b":1})");
    const Members members(body, "thing");
    members.text("a");
    members.text("b");
    members.texts("c");
    EXPECT_EQ(problem_of(members), required("a"));
}

TEST(Members, within_others_are_named_by_their_path) {
    const json body = json::parse(R"({"streams":[{"for":"a"},{}]})");
    const Members members(body, "activity");
    for (const Members& stream : members.objects("streams")) stream.text("for");
    EXPECT_EQ(problem_of(members), required("streams.1.for"));
}

TEST(Members, of_an_object_that_is_missing_are_not_asked_for) {
    const json body = json::object();
    const Members members(body, "thing");
    EXPECT_EQ(members.object("a").text("b"), "");
    EXPECT_EQ(problem_of(members), required("a"));
}

TEST(Members, of_another_type_are_told_by_400) {
    const json body = json::parse(R"({"v":true,"list":["a",1],"objects":[{},1]})");
    const auto expect = [&](auto read, std::string_view reason) {
        const Members members(body, "thing");
        read(members);
        ASSERT_TRUE(members.problem()) << reason;
        EXPECT_EQ(members.problem()->status, 400);
        EXPECT_THAT(problem_of(members), HasSubstr("parsing thing body from"));
        EXPECT_THAT(problem_of(members), HasSubstr(reason));
    };
    expect([](const Members& members) { members.text("v"); }, "v is not a string");
    expect([](const Members& members) { members.number("v"); }, "v is not a number");
    expect([](const Members& members) { members.object("v"); }, "v is not an object");
    expect([](const Members& members) { members.objects("v"); }, "v is not an array");
    expect([](const Members& members) { members.texts("v"); }, "v is not an array of strings");
    expect([](const Members& members) { members.texts("list"); },
           "list is not an array of strings");
    expect([](const Members& members) { members.objects("objects"); },
           "objects.1 is not an object");
    const Members array(body["list"], "thing");
    EXPECT_THAT(problem_of(array), HasSubstr("thing is not an object"));
}

}  // namespace
}  // namespace relay::book
