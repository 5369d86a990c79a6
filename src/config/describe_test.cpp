// SPDX-License-Identifier: Apache-2.0
#include "config/describe.hpp"

#include <gmock/gmock.h>

namespace relay::config {
namespace {

using testing::HasSubstr;
using testing::Not;

struct DescribeTest : testing::Test {
    std::chrono::seconds every{5};
    Secret key;
    bool development = false;
    Schema schema{
        .command = "test",
        .prefixes = {},
        .settings =
            {
                {.name = "stats-every",
                 .group = "Reports",
                 .names = {{"RELAY_STATS_EVERY"}, documented("OLD_EVERY")},
                 .help = "Period of the reports, in which each | connection is listed with "
                         "everything that is known about it.",
                 .value = duration(every)},
                {.name = "secret",
                 .group = "Tokens",
                 .names = {{"RELAY_SECRET"}},
                 .help = "Signs tokens.",
                 .value = secret(key),
                 .required = true},
                {.name = "development",
                 .group = "Reports",
                 .names = {{"RELAY_DEVELOPMENT"}},
                 .help = ".All of it.",
                 .value = boolean(development)},
                {.name = "buffer-size",
                 .group = "Without effect",
                 .names = {later("RELAY_BUFFER_SIZE")},
                 .help = "",
                 .value = nowhere(),
                 .no_effect = "see --queue-size"},
            },
    };
};

TEST_F(DescribeTest, HelpShowsDefaultUnitAndVariableByGroup) {
    EXPECT_EQ(help_text(schema),
              "\n"
              "Reports\n"
              "  --stats-every DURATION    Period of the reports, in which each | connection is "
              "listed with\n"
              "                            everything that is known about it.\n"
              "                            [default 5s; RELAY_STATS_EVERY; bare numbers in s]\n"
              "  --development             .All of it.\n"
              "                            [default false; RELAY_DEVELOPMENT]\n"
              "\n"
              "Tokens\n"
              "  --secret SECRET           Signs tokens.\n"
              "                            [required; RELAY_SECRET; or --secret-file FILE]\n");
}

TEST_F(DescribeTest, HelpShowsHowToTurnOffWhatIsOn) {
    development = true;
    EXPECT_THAT(help_text(schema), HasSubstr("\n  --development[=false]     .All"));
}

TEST_F(DescribeTest, MarkdownHasARowForEachSettingWithAllItsNames) {
    const std::string text = markdown(schema);
    EXPECT_THAT(text, HasSubstr("| `--stats-every` | DURATION, bare in s | `5s` | "
                                "`RELAY_STATS_EVERY` | `OLD_EVERY` | Period of the reports, in "
                                "which each \\| connection"));
    EXPECT_THAT(text, HasSubstr("| `--secret` | SECRET | required | `RELAY_SECRET` |"));
    EXPECT_THAT(text, HasSubstr("| `--buffer-size` | TEXT |  |  | `RELAY_BUFFER_SIZE` | No effect: "
                                "see --queue-size |"));
}

TEST_F(DescribeTest, ManualEscapesWhatTroffWouldTakeForItsOwn) {
    const std::string text = manual(schema);
    EXPECT_THAT(text, HasSubstr(".TP\n\\fB\\-\\-stats\\-every\\fR\\fI DURATION\\fR\n"));
    EXPECT_THAT(text, HasSubstr("\n\\&.All of it.\n"));
    EXPECT_THAT(text, Not(HasSubstr("buffer")));
}

TEST_F(DescribeTest, EffectiveSettingsHaveOriginsAndHideSecrets) {
    key = Secret("hushhush");
    Loaded loaded;
    loaded.origins = {{"stats-every", "default"}, {"secret", "RELAY_SECRET_FILE"}};
    EXPECT_EQ(effective_settings(schema, loaded),
              "stats-every  5s     default\n"
              "secret       ***    RELAY_SECRET_FILE\n"
              "development  false  default\n");
}

}  // namespace
}  // namespace relay::config
