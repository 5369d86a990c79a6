// SPDX-License-Identifier: Apache-2.0
#include "cli/flags.hpp"

#include <gmock/gmock.h>

namespace relay::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

struct FlagsTest : testing::Test {
    std::uint16_t port = 0;
    bool development = false;
    Secret secret;
    std::vector<std::string> items;
    config::Schema schema{
        .command = "test",
        .prefixes = {},
        .settings = {
            {.name = "port", .group = "", .names = {}, .help = "", .value = config::port(port)},
            {.name = "development",
             .group = "",
             .names = {},
             .help = "",
             .value = config::boolean(development)},
            {.name = "secret",
             .group = "",
             .names = {},
             .help = "",
             .value = config::secret(secret)},
            {.name = "items", .group = "", .names = {}, .help = "", .value = config::list(items)},
        }};

    Result<FlagLine> parse(std::vector<std::string> words) {
        return parse_flags(schema, words, true);
    }

    std::vector<std::string> flags(std::vector<std::string> words) {
        const auto line = parse(std::move(words));
        if (!line) return {line.error().detail};
        std::vector<std::string> texts;
        for (const auto& flag : line->settings) texts.push_back(flag.name + "=" + flag.value);
        return texts;
    }

    std::string error(std::vector<std::string> words) {
        const auto line = parse(std::move(words));
        return line ? "no error" : line.error().detail;
    }
};

TEST_F(FlagsTest, TakesValuesAfterABlankOrAnEqualsSign) {
    EXPECT_THAT(flags({"--port", "80", "--secret=a=b c"}),
                UnorderedElementsAre("port=80", "secret=a=b c"));
}

TEST_F(FlagsTest, KeepsValuesLetterForLetter) {
    for (const char* value : {"{}", "[a,b]", "%%", "\"quoted\"", "a,b", "-5", "$HOME", "'", ""}) {
        EXPECT_THAT(flags({std::string("--secret=") + value}),
                    UnorderedElementsAre(std::string("secret=") + value));
    }
}

TEST_F(FlagsTest, BooleanStandsAloneOrTakesAValueAfterEquals) {
    EXPECT_THAT(flags({"--development"}), UnorderedElementsAre("development=true"));
    EXPECT_THAT(flags({"--development=no"}), UnorderedElementsAre("development=no"));
    EXPECT_THAT(flags({"--development=rubbish"}), UnorderedElementsAre("development=rubbish"));
    EXPECT_THAT(error({"--development", "false"}), HasSubstr("unexpected argument"));
}

TEST_F(FlagsTest, OnlyListsMayBeRepeated) {
    EXPECT_THAT(flags({"--items", "a", "--items=b,c"}),
                UnorderedElementsAre("items=a", "items=b,c"));
    EXPECT_EQ(error({"--port", "1", "--port", "2"}), "--port is given more than once");
    EXPECT_EQ(error({"--config", "a", "--config", "b"}), "--config is given more than once");
    EXPECT_EQ(error({"--development", "--development"}), "--development is given more than once");
}

TEST_F(FlagsTest, SecretsHaveAFileVariantAndOthersHaveNot) {
    EXPECT_THAT(flags({"--secret-file", "/run/key"}), UnorderedElementsAre("secret-file=/run/key"));
    EXPECT_THAT(error({"--port-file", "/run/key"}), HasSubstr("unknown flag --port-file"));
}

TEST_F(FlagsTest, UnknownFlagGivesTheNearestAndNeverItsValue) {
    const std::string detail = error({"--secert=hushhush"});
    EXPECT_EQ(detail, "unknown flag --secert; did you mean --secret?");
    EXPECT_EQ(error({"--quuxification"}), "unknown flag --quuxification");
    EXPECT_THAT(error({"hushhush"}), Not(HasSubstr("hush")));
}

TEST_F(FlagsTest, FlagWithoutItsValueIsNamed) {
    EXPECT_EQ(error({"--port"}), "--port needs a value");
    EXPECT_EQ(error({"--port", "--development"}), "--port needs a value");
    EXPECT_EQ(error({"--port", "--secret=x"}), "--port needs a value");
    EXPECT_EQ(error({"--secret-file", "--check"}), "--secret-file needs a value");
    EXPECT_EQ(error({"--config"}), "--config needs a value");
    EXPECT_THAT(flags({"--secret=--port"}), UnorderedElementsAre("secret=--port"));
    EXPECT_THAT(flags({"--development", "--port", "1"}),
                UnorderedElementsAre("development=true", "port=1"));
}

TEST_F(FlagsTest, HelpCheckAndConfigAreNotSettings) {
    const auto line = parse({"--check", "--config", "relay.toml"});
    ASSERT_TRUE(line);
    EXPECT_TRUE(line->check);
    EXPECT_EQ(line->config_file, "relay.toml");
    EXPECT_TRUE(line->settings.empty());
}

TEST_F(FlagsTest, BareWordsGoToTheSettingsThatTakeThemInOrder) {
    schema.words = {"port", "items"};
    EXPECT_THAT(flags({"--development", "1", "a b"}),
                UnorderedElementsAre("development=true", "port=1", "items=a b"));
    EXPECT_THAT(flags({"1"}), UnorderedElementsAre("port=1"));
    EXPECT_THAT(parse({"1", "a", "b"}).error().detail, HasSubstr("unexpected argument"));
    EXPECT_THAT(parse({"1", "--prot"}).error().detail, HasSubstr("unknown flag --prot"));
    EXPECT_EQ(parse({"1", "--port", "2"}).error().detail, "--port is given more than once");
}

TEST_F(FlagsTest, HelpIsGivenWhateverElseIsWrong) {
    EXPECT_TRUE(parse({"--prot", "--help"})->help);
    EXPECT_TRUE(parse({"-h", "--port"})->help);
}

TEST_F(FlagsTest, CheckIsUnknownWhereThereIsNone) {
    const std::vector<std::string> words{"--check"};
    const auto line = parse_flags(schema, words, false);
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error().detail, "unknown flag --check");
}

}  // namespace
}  // namespace relay::cli
