// SPDX-License-Identifier: Apache-2.0
#include "config/yaml.hpp"

#include <gmock/gmock.h>

namespace relay::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Kind = YamlNode::Kind;

YamlNode parse(std::string_view content) {
    auto node = parse_yaml(content, "f.yaml");
    EXPECT_TRUE(node) << node.error().detail;
    return node.value_or(YamlNode{});
}

std::string error_of(std::string_view content) {
    const auto node = parse_yaml(content, "f.yaml");
    return node ? "no error" : node.error().detail;
}

TEST(Yaml, EveryPartKnowsItsLine) {
    const YamlNode root = parse(
        "# a comment\n"
        "name: x\n"
        "list:\n"
        "  - 1\n"
        "  - [a, \"b c\"]\n"
        "empty:\n");
    ASSERT_EQ(root.kind, Kind::map);
    ASSERT_EQ(root.members.size(), 3U);
    EXPECT_EQ(root.members[0].name, "name");
    EXPECT_EQ(root.members[0].line, 2U);
    EXPECT_EQ(root.members[0].value.text, "x");
    const YamlNode& list = root.members[1].value;
    ASSERT_EQ(list.kind, Kind::list);
    ASSERT_EQ(list.items.size(), 2U);
    EXPECT_EQ(list.items[0].text, "1");
    EXPECT_EQ(list.items[0].line, 4U);
    EXPECT_EQ(list.items[1].items.at(1).text, "b c");
    EXPECT_EQ(list.items[1].line, 5U);
    EXPECT_EQ(root.members[2].value.kind, Kind::empty);
}

TEST(Yaml, AFileOfCommentsIsEmpty) {
    EXPECT_EQ(parse("").kind, Kind::empty);
    EXPECT_EQ(parse("# nothing yet\n").kind, Kind::empty);
    EXPECT_EQ(parse("---\n").kind, Kind::empty);
}

TEST(Yaml, QuotedAndPlainTextsAndBlocksAreTexts) {
    const YamlNode root = parse("a: 'yes'\nb: ~\nc: |\n  two\n  lines\nd: ''\n");
    EXPECT_EQ(root.members[0].value.text, "yes");
    EXPECT_EQ(root.members[1].value.kind, Kind::empty);
    EXPECT_EQ(root.members[2].value.text, "two\nlines\n");
    EXPECT_EQ(root.members[3].value.kind, Kind::text);
    EXPECT_EQ(parse("a: |\n  two\n  lines\n").members[0].value.text, "two\nlines\n");
    EXPECT_EQ(parse("a: |\n  two").members[0].value.text, "two\n");
}

TEST(Yaml, MistakesAreToldWithFileAndLine) {
    const struct {
        std::string content;
        std::string start;
        std::string reason;
    } cases[] = {
        {"a: 1\nb: [1\n", "f.yaml:", "end of sequence"},
        {"a: 1\n\tb: 2\n", "f.yaml:", ""},
        {"a: 'x\n", "f.yaml:", "EOF in scalar"},
        {"a: \"x\nb: 2\n", "f.yaml:", "EOF in scalar"},
        {"a: 1\nb: 2\na: 3\n", "f.yaml:3: ", "a is given twice, in line 1 as well"},
        {"a: &x 1\nb: *x\n", "f.yaml:2: ", "aliases are not supported"},
        {"[1]: 2\n", "f.yaml:1: ", "a key must be a text"},
        {"a: 1\n---\nb: 2\n", "f.yaml:", "one document only"},
        {"a: \"\\0\"\n", "f.yaml:1: ", "zero byte"},
        {std::string(17, '['), "f.yaml:1: ", "nested too deeply"},
        {std::string(100'000, '['), "f.yaml:1: ", "nested too deeply"},
    };
    for (const auto& item : cases) {
        const std::string error = error_of(item.content);
        EXPECT_THAT(error, StartsWith(item.start)) << item.content.substr(0, 40);
        EXPECT_THAT(error, HasSubstr(item.reason)) << item.content.substr(0, 40);
    }
}

TEST(Yaml, AMistakeIsToldWithoutAFileToCallersThatNameIt) {
    const auto node = parse_yaml("a: 1\nb: 2\na: 3\n");
    ASSERT_FALSE(node);
    EXPECT_EQ(node.error().line, 3U);
    EXPECT_EQ(node.error().reason, "a is given twice, in line 1 as well");
}

TEST(Yaml, MapsInMapsMayHaveTheSameNames) {
    const YamlNode root = parse("a: {a: 1, b: {a: 2}}\nb: {a: 3}\n");
    EXPECT_EQ(root.members.at(0).value.members.at(1).value.members.at(0).value.text, "2");
}

struct Camera {
    std::string feed;
    std::vector<std::string> command;
    std::uint32_t baud = 9600;
    bool on_demand = false;
};

Result<Camera> read_camera(std::string_view content) {
    Camera camera;
    const YamlField fields[] = {{"feed", text_into(camera.feed), true},
                                {"command", texts_into(camera.command)},
                                {"baud", number_into(camera.baud, 50, 4'000'000)},
                                {"on_demand", flag_into(camera.on_demand)}};
    const auto read = read_yaml_map(parse(content), "f.yaml", "camera", fields);
    if (!read) return std::unexpected(read.error());
    return camera;
}

TEST(Yaml, MembersGoWhereTheirFieldsSay) {
    const auto camera = read_camera("feed: video\ncommand: [a, 1]\nbaud: 115200\non_demand: true");
    ASSERT_TRUE(camera) << camera.error().detail;
    EXPECT_EQ(camera->feed, "video");
    EXPECT_THAT(camera->command, ElementsAre("a", "1"));
    EXPECT_EQ(camera->baud, 115'200U);
    EXPECT_TRUE(camera->on_demand);
}

TEST(Yaml, MembersThatDoNotFitAreRefusedWithTheirLine) {
    const struct {
        const char* content;
        const char* error;
    } cases[] = {
        {"- feed", "f.yaml:1: camera: must be a map, as in `name: value`"},
        {"", "f.yaml:1: camera: must be a map, as in `name: value`"},
        {"baud: 9600", "f.yaml:1: camera: feed is missing"},
        {"feed: x\non-demand: true", "f.yaml:2: unknown name on-demand; did you mean on_demand?"},
        {"feed: x\nresolution: 9", "f.yaml:2: unknown name resolution"},
        {"feed: [x]", "f.yaml:1: feed: must be a text"},
        {"feed:", "f.yaml:1: feed: must be a text"},
        {"feed: x\ncommand: y", "f.yaml:2: command: must be a list of texts"},
        {"feed: x\ncommand: [[y]]", "f.yaml:2: command: must be a list of texts"},
        {"feed: x\nbaud: fast", "f.yaml:2: baud: must be a number from 50 to 4000000"},
        {"feed: x\nbaud: 7", "f.yaml:2: baud: must be a number from 50 to 4000000"},
        {"feed: x\non_demand: yes", "f.yaml:2: on_demand: must be true or false"},
    };
    for (const auto& item : cases) {
        const auto camera = read_camera(item.content);
        ASSERT_FALSE(camera) << item.content;
        EXPECT_EQ(camera.error().detail, item.error);
    }
}

}  // namespace
}  // namespace relay::config
