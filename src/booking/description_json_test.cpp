// SPDX-License-Identifier: Apache-2.0
#include "booking/description_json.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace relay::booking {
namespace {

using nlohmann::json;

Description laser() {
    return {.name = "Laser 7",
            .type = "laser-activity-v1",
            .short_text = "He-Ne diffraction",
            .long_text = "Gitter, Spalt, Lochblende: \u00fcberall Streifen",
            .further = "https://lab.example/laser",
            .thumb = "https://lab.example/laser-small.png",
            .image = "https://lab.example/laser.png"};
}

UserInterface basic() {
    return {.url = "https://ui.lab.example/laser/?streams={{streams}}",
            .description = {.name = "Basic", .type = "laser-ui-v1"},
            .streams_required = {"data", "video"}};
}

TEST(DescriptionJson, has_the_names_of_the_wire) {
    EXPECT_EQ(to_json(laser()), json::parse(R"({
        "name": "Laser 7", "type": "laser-activity-v1", "short": "He-Ne diffraction",
        "long": "Gitter, Spalt, Lochblende: überall Streifen",
        "further": "https://lab.example/laser", "thumb": "https://lab.example/laser-small.png",
        "image": "https://lab.example/laser.png"})"));
    EXPECT_EQ(to_json(basic()), json::parse(R"({
        "url": "https://ui.lab.example/laser/?streams={{streams}}",
        "description": {"name": "Basic", "type": "laser-ui-v1"},
        "streamsRequired": ["data", "video"]})"));
}

TEST(DescriptionJson, leaves_out_optional_texts_that_are_empty_but_never_name_type_and_arrays) {
    EXPECT_EQ(to_json(Description{}).dump(), R"({"name":"","type":""})");
    EXPECT_EQ(to_json(UserInterface{}), json::parse(R"({
        "url": "", "description": {"name": "", "type": ""}, "streamsRequired": []})"));
    EXPECT_EQ(to_json(std::vector<UserInterface>()).dump(), "[]");
}

TEST(DescriptionJson, what_is_written_is_read_again) {
    EXPECT_EQ(read_description(to_json(laser())), laser());
    EXPECT_EQ(read_description(to_json(Description{})), Description{});
    EXPECT_EQ(read_interface(to_json(basic())), basic());
    const std::vector<UserInterface> interfaces{basic(), UserInterface{}};
    EXPECT_EQ(read_interfaces(to_json(interfaces)), interfaces);
    EXPECT_EQ(read_interfaces(json::array()), std::vector<UserInterface>());
}

TEST(DescriptionJson, absent_and_null_members_are_empty_and_unknown_ones_are_skipped) {
    EXPECT_EQ(read_description(json::object()), Description{});
    EXPECT_EQ(read_description(json::parse(R"({"name":"a","id":"7","short":null,"image":null})")),
              Description{.name = "a"});
    EXPECT_EQ(read_interface(json::parse(
                  R"({"url":"u","description":null,"streamsRequired":null,"color":1})")),
              UserInterface{.url = "u"});
}

TEST(DescriptionJson, a_member_of_another_type_is_named) {
    const struct {
        const char *value, *problem;
    } rows[] = {
        {R"(7)", "uis has to be an array"},
        {R"({})", "uis has to be an array"},
        {R"([7])", "uis[0] has to be an object"},
        {R"([{},[]])", "uis[1] has to be an object"},
        {R"([{"url":1}])", "uis[0].url has to be a string"},
        {R"([{"description":"x"}])", "uis[0].description has to be an object"},
        {R"([{"description":{"thumb":false}}])", "uis[0].description.thumb has to be a string"},
        {R"([{"streamsRequired":"x"}])", "uis[0].streamsRequired has to be an array of strings"},
        {R"([{"streamsRequired":["x",null]}])",
         "uis[0].streamsRequired has to be an array of strings"},
    };
    for (const auto& row : rows) {
        const auto interfaces = read_interfaces(json::parse(row.value));
        ASSERT_FALSE(interfaces) << row.value;
        EXPECT_EQ(interfaces.error().code, Errc::invalid);
        EXPECT_EQ(interfaces.error().detail, row.problem);
    }
}

TEST(DescriptionJson, every_text_of_a_description_is_checked) {
    for (const char* name : {"name", "type", "short", "long", "further", "thumb", "image"}) {
        json value = json::object();
        value[name] = 3;
        const auto description = read_description(value);
        ASSERT_FALSE(description) << name;
        EXPECT_EQ(description.error().detail,
                  "description." + std::string(name) + " has to be a string");
    }
    EXPECT_EQ(read_interface(json::parse("[]")).error().detail, "ui has to be an object");
}

TEST(DescriptionJson, the_first_problem_is_told) {
    EXPECT_EQ(read_description(json::parse(R"({"name":1,"image":2})")).error().detail,
              "description.name has to be a string");
}

}  // namespace
}  // namespace relay::booking
