// SPDX-License-Identifier: Apache-2.0
#include "config/load.hpp"

#include <gmock/gmock.h>

namespace relay::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Target {
    std::uint16_t port = 80;
    Secret secret;
    std::vector<std::string> items;
    std::string buffer;
};

struct LoadTest : testing::Test {
    Target target;
    Schema schema{
        .command = "test thing",
        .prefixes = {"OLD_"},
        .settings =
            {
                {.name = "port",
                 .group = "Main",
                 .names = {{"RELAY_PORT"},
                           documented("DOC_PORT"),
                           really_read("CODE_PORT"),
                           later("RELAY_PORT_LATER")},
                 .help = "Port.",
                 .value = port(target.port)},
                {.name = "secret",
                 .group = "Main",
                 .names = {{"RELAY_SECRET"}, documented("OLD_SECRET")},
                 .help = "Secret.",
                 .value = secret(target.secret)},
                {.name = "items",
                 .group = "Main",
                 .names = {{"RELAY_ITEMS"}},
                 .help = "Items.",
                 .value = list(target.items)},
                {.name = "buffer",
                 .group = "Main",
                 .names = {{"RELAY_BUFFER"}},
                 .help = "",
                 .value = nowhere(),
                 .no_effect = "see --items"},
            },
    };
    Sources sources{
        .flags = {},
        .environment = {},
        .file = {},
        .file_name = "relay.toml",
        .read_file = [](const std::string& path) -> Result<std::string> {
            if (path == "/run/key") return "from-a-file\r\n\n";
            if (path == "/run/empty") return "\n";
            return fail(Errc::not_found, "no such file");
        },
    };

    Result<Loaded> run() {
        Known known;
        add_known(known, schema);
        return load(schema, sources, known);
    }

    std::string error() {
        const auto loaded = run();
        return loaded ? "no error" : loaded.error().detail;
    }
};

TEST_F(LoadTest, WithoutSourcesKeepsTheDefaults) {
    const auto loaded = run();
    ASSERT_TRUE(loaded);
    EXPECT_EQ(target.port, 80);
    EXPECT_TRUE(loaded->is_default("port"));
    EXPECT_THAT(loaded->notices, IsEmpty());
}

// Every source is given; then the most binding one is taken away, again and again.
TEST_F(LoadTest, TakesTheFirstOfFlagVariablesFileDefault) {
    sources.flags = {{"port", "1"}};
    sources.environment = {
        {"RELAY_PORT", "2"}, {"DOC_PORT", "3"}, {"CODE_PORT", "4"}, {"RELAY_PORT_LATER", "5"}};
    sources.file = {{"", "port", "7", 1}, {"test-thing", "port", "6", 9}};

    const auto expect = [&](int port, std::string_view origin) {
        const auto loaded = run();
        ASSERT_TRUE(loaded) << loaded.error().detail;
        EXPECT_EQ(target.port, port);
        EXPECT_EQ(loaded->origins.at("port"), origin);
    };
    expect(1, "--port");
    sources.flags.clear();
    expect(2, "RELAY_PORT");
    sources.environment.erase("RELAY_PORT");
    expect(3, "DOC_PORT");
    sources.environment.erase("DOC_PORT");
    expect(4, "CODE_PORT");
    sources.environment.erase("CODE_PORT");
    expect(5, "RELAY_PORT_LATER");
    sources.environment.clear();
    expect(6, "relay.toml:9");
    sources.file.pop_back();
    expect(7, "relay.toml:1");
    sources.file.clear();
    target.port = 80;
    expect(80, "default");
}

TEST_F(LoadTest, CountsAnEmptyVariableAsUnset) {
    sources.environment = {{"RELAY_PORT", ""}, {"DOC_PORT", "3"}, {"RELAY_SECRET_FILE", ""}};
    ASSERT_TRUE(run());
    EXPECT_EQ(target.port, 3);
}

TEST_F(LoadTest, GivesOneNoticeForADeprecatedNameInUse) {
    sources.environment = {{"DOC_PORT", "3"}, {"CODE_PORT", "4"}};
    EXPECT_THAT(run()->notices, ElementsAre("DOC_PORT is an old name: use RELAY_PORT"));
    sources.environment["RELAY_PORT"] = "2";
    EXPECT_THAT(run()->notices, IsEmpty());
}

TEST_F(LoadTest, SaysWhatASettingWithoutEffectWasReplacedBy) {
    sources.environment = {{"RELAY_BUFFER", "128"}};
    EXPECT_THAT(run()->notices, ElementsAre("RELAY_BUFFER has no effect: see --items"));
}

TEST_F(LoadTest, ReadsASecretFromAFileAtEveryLevel) {
    const auto expect = [&](std::string_view origin) {
        target.secret = Secret();
        const auto loaded = run();
        ASSERT_TRUE(loaded) << loaded.error().detail;
        EXPECT_EQ(target.secret.reveal(), "from-a-file");
        EXPECT_EQ(loaded->origins.at("secret"), origin);
    };
    sources.file = {{"test-thing", "secret-file", "/run/key", 4}};
    expect("relay.toml:4");
    sources.environment = {{"OLD_SECRET_FILE", "/run/key"}};
    expect("OLD_SECRET_FILE");
    EXPECT_THAT(run()->notices,
                ElementsAre("OLD_SECRET_FILE is an old name: use RELAY_SECRET_FILE"));
    sources.environment = {{"RELAY_SECRET_FILE", "/run/key"}};
    expect("RELAY_SECRET_FILE");
    sources.flags = {{"secret-file", "/run/key"}};
    expect("--secret-file");
}

TEST_F(LoadTest, FlagWithFileBindsMoreThanAVariable) {
    sources.flags = {{"secret-file", "/run/key"}};
    sources.environment = {{"RELAY_SECRET", "from-a-variable"}};
    ASSERT_TRUE(run());
    EXPECT_EQ(target.secret.reveal(), "from-a-file");
}

TEST_F(LoadTest, RefusesASecretGivenBothWaysAtOneLevel) {
    sources.environment = {{"RELAY_SECRET", "hushhush"}, {"RELAY_SECRET_FILE", "/run/key"}};
    EXPECT_EQ(error(), "secret: RELAY_SECRET and RELAY_SECRET_FILE are both given; keep one");
}

TEST_F(LoadTest, NamesTheSecretFileThatCannotBeReadOrIsEmpty) {
    sources.environment = {{"RELAY_SECRET_FILE", "/nowhere"}};
    EXPECT_EQ(error(), "secret: RELAY_SECRET_FILE: /nowhere: no such file");
    sources.environment = {{"RELAY_SECRET_FILE", "/run/empty"}};
    EXPECT_EQ(error(), "secret: RELAY_SECRET_FILE: /run/empty: the file is empty");
}

TEST_F(LoadTest, HasNoFileVariantForWhatIsNotSecret) {
    sources.environment = {{"RELAY_PORT_FILE", "/run/key"}};
    const auto loaded = run();
    ASSERT_TRUE(loaded);
    EXPECT_EQ(target.port, 80);
    EXPECT_THAT(loaded->notices, ElementsAre(HasSubstr("unknown variable RELAY_PORT_FILE")));
}

TEST_F(LoadTest, ErrorSaysSettingOriginTextAndWhatIsExpected) {
    constexpr auto expected = "expected a whole number from 0 to 65535";
    sources.file = {{"", "port", "x", 12}};
    EXPECT_EQ(error(), std::string("port: relay.toml:12: \"x\": ") + expected);
    sources.environment = {{"CODE_PORT", "y"}};
    EXPECT_EQ(error(), std::string("port: CODE_PORT: \"y\": ") + expected);
    sources.flags = {{"port", "z"}};
    EXPECT_EQ(error(), std::string("port: --port: \"z\": ") + expected);
}

TEST_F(LoadTest, ErrorsNeverShowASecret) {
    std::vector<Secret> keys;
    schema.settings.push_back({.name = "keys",
                               .group = "Main",
                               .names = {{"RELAY_KEYS"}},
                               .help = "Keys.",
                               .value = secrets(keys)});
    sources.environment = {{"RELAY_KEYS", "hushhush"}};
    EXPECT_EQ(error(), "keys: RELAY_KEYS: expected keys written id=secret");
}

TEST_F(LoadTest, ReportsEverythingWrongAtOnce) {
    sources.flags = {{"port", "z"}};
    sources.environment = {{"RELAY_SECRET_FILE", "/nowhere"}};
    sources.file = {{"", "prot", "1", 3}};
    EXPECT_THAT(error(), HasSubstr("port: --port"));
    EXPECT_THAT(error(), HasSubstr("\nsecret: RELAY_SECRET_FILE"));
    EXPECT_THAT(error(), HasSubstr("\nrelay.toml:3: unknown key prot"));
}

TEST_F(LoadTest, RequiredSettingMustComeFromSomewhere) {
    schema.settings[1].required = true;
    EXPECT_EQ(error(), "secret: required; give --secret-file or RELAY_SECRET");
    sources.environment = {{"RELAY_SECRET", "hushhush"}};
    EXPECT_TRUE(run());
}

TEST_F(LoadTest, JoinsTheRepetitionsOfAListFlag) {
    sources.flags = {{"items", "a,b"}, {"items", "c"}};
    ASSERT_TRUE(run());
    EXPECT_THAT(target.items, ElementsAre("a", "b", "c"));
}

}  // namespace
}  // namespace relay::config
