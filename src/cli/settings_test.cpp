// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.hpp"

#include "cli/settings_for_test.hpp"

#include <gmock/gmock.h>

#include <regex>
#include <set>

namespace relay::cli {
namespace {

using config::Era;
using config::Setting;

// shared/spec/environment.md, session-relay.md §1, session-host.md §7.
constexpr Row relay_rows[] = {
    {"RELAY_ACCESS_PORT", "access-port", false},
    {"RELAY_ACCESSPORT", "access-port"},
    {"RELAY_PORT_ACCESS", "access-port"},
    {"RELAY_ACCESS_FQDN", "access-fqdn", false},
    {"RELAY_ACCESSFQDN", "access-fqdn"},
    {"RELAY_AUDIENCE", "access-fqdn"},
    {"RELAY_RELAY_PORT", "relay-port", false},
    {"RELAY_RELAYPORT", "relay-port"},
    {"RELAY_PORT_RELAY", "relay-port"},
    {"RELAY_RELAY_FQDN", "relay-fqdn", false},
    {"RELAY_RELAYFQDN", "relay-fqdn"},
    {"RELAY_URL", "relay-fqdn"},
    {"RELAY_SECRET", "secret", false},
    {"RELAY_DEVELOPMENT", "development", false},
    {"RELAY_ALLOW_NO_BOOKING_ID", "allow-no-booking-id", false},
    {"RELAY_ALLOWNOBOOKINGID", "allow-no-booking-id"},
    {"RELAY_ALLNOBOOKINGID", "allow-no-booking-id"},
    {"RELAY_TIDY_EVERY", "tidy-every", false},
    {"RELAY_PRUNEEVERY", "tidy-every"},
    {"RELAY_STATS_EVERY", "stats-every", false},
    {"RELAY_LOGLEVEL", "log-level", false},
    {"RELAY_LOG_LEVEL", "log-level", false},
    {"RELAY_LOG_FORMAT", "log-format", false},
    {"RELAY_LOG_FILE", "log-file", false},
    {"RELAY_BUFFER_SIZE", "buffer-size"},
    {"RELAY_PROFILE", "profile"},
    {"RELAY_PORT_PROFILE", "port-profile"},
};
constexpr Row host_rows[] = {
    {"RELAY_PORT", "port", false},
    {"RELAYHOST_PORT", "port"},
    {"VW_PORT", "port"},
    {"RELAY_LOGLEVEL", "log-level", false},
    {"RELAYHOST_LOGLEVEL", "log-level"},
    {"VW_LOG_LEVEL", "log-level"},
    {"RELAY_MAX_BUFFER_LENGTH", "max-buffer-length"},
    {"RELAYHOST_MAXBUFFERLENGTH", "max-buffer-length"},
    {"VW_MUXBUFFERLENGTH", "max-buffer-length"},
    {"RELAY_CLIENT_BUFFER_LENGTH", "client-buffer-length"},
    {"RELAYHOST_CLIENTBUFFERLENGTH", "client-buffer-length"},
    {"VW_CLIENTBUFFERLENGTH", "client-buffer-length"},
    {"RELAY_CLIENT_TIMEOUT_MS", "client-timeout"},
    {"RELAYHOST_CLIENTTIMEOUTMS", "client-timeout"},
    {"VW_CLIENTTIMEOUTMS", "client-timeout"},
    {"RELAY_HTTP_WAIT_MS", "shutdown-grace", false},
    {"RELAYHOST_HTTPWAITMS", "shutdown-grace"},
    {"VW_HTTPWAITMS", "shutdown-grace"},
    {"RELAY_HTTP_FLUSH_MS", "flush-after", false},
    {"RELAYHOST_HTTPSFLUSHMS", "flush-after"},
    {"VW_HTTPFLUSHMS", "flush-after"},
    {"RELAY_HTTP_TIMEOUT_MS", "http-timeout"},
    {"RELAYHOST_HTTPTIMEOUTMS", "http-timeout"},
    {"VW_HTTPTIMEOUTMS", "http-timeout"},
    {"RELAY_CPUPROFILE", "cpu-profile"},
    {"RELAYHOST_CPUPROFULE", "cpu-profile"},
    {"VW_CPUPROFILE", "cpu-profile"},
    {"RELAY_API", "api", false},
    {"RELAYHOST_API", "api"},
    {"VW_API", "api"},
    {"RELAY_DEVELOPMENT", "development", false},
};
constexpr Row token_rows[] = {
    {"RELAY_LIFETIME", "lifetime", false},
    {"ACCESSTOKEN_LIFETIME", "lifetime"},
    {"RELAY_TOKEN_LIFETIME", "lifetime"},
    {"RELAY_SECRET", "secret", false},
    {"ACCESSTOKEN_SECRET", "secret"},
    {"RELAY_TOKEN_SECRET", "secret"},
    {"RELAY_TOPIC", "topic", false},
    {"ACCESSTOKEN_TOPIC", "topic"},
    {"RELAY_TOKEN_TOPIC", "topic"},
    {"RELAY_CONNECTION_TYPE", "connection-type", false},
    {"ACCESSTOKEN_CONNECTIONTYPE", "connection-type"},
    {"RELAY_TOKEN_CONNECTIONTYPE", "connection-type"},
    {"RELAY_TOKEN_CONNECTION_TYPE", "connection-type"},
    {"RELAY_AUDIENCE", "audience", false},
    {"RELAY_ACCESS_FQDN", "audience", false},
    {"ACCESSTOKEN_AUDIENCE", "audience"},
    {"RELAY_TOKEN_AUDIENCE", "audience"},
    {"RELAY_READ", "read", false},
    {"ACCESSTOKEN_READ", "read"},
    {"RELAY_TOKEN_READ", "read"},
    {"RELAY_TOKEN_SCOPE_READ", "read"},
    {"RELAY_WRITE", "write", false},
    {"ACCESSTOKEN_WRITE", "write"},
    {"RELAY_TOKEN_WRITE", "write"},
    {"RELAY_TOKEN_SCOPE_WRITE", "write"},
    {"RELAY_ADMIN", "admin", false},
    {"RELAY_TOKEN_SCOPE_ADMIN", "admin"},
    {"RELAY_SCOPE_OTHER", "scope", false},
    {"RELAY_TOKEN_SCOPE_OTHER", "scope"},
    {"RELAY_TOKEN_BOOKING_ID", "booking-id"},
    {"RELAY_NBF", "nbf", false},
    {"ACCESSTOKEN_ROLE", "role"},
};

constexpr Row demo_rows[] = {
    {"RELAY_DEMO_PORT", "port", false},
    {"RELAY_DEMO_LISTEN", "listen", false},
    {"RELAY_DEMO_CAMERA", "camera", false},
    {"RELAY_LOGLEVEL", "log-level", false},
};

TEST(SessionRelaySettings, TakeEveryNameOfTheSpecification) {
    for (const Row& row : relay_rows) {
        SCOPED_TRACE(row.variable);
        expect_reaches("session relay", row);
    }
}

TEST(SessionHostSettings, TakeEveryNameOfTheSpecification) {
    for (const Row& row : host_rows) {
        SCOPED_TRACE(row.variable);
        expect_reaches("session host", row);
    }
}

TEST(SessionTokenSettings, TakeEveryNameOfTheSpecification) {
    for (const Row& row : token_rows) {
        SCOPED_TRACE(row.variable);
        expect_reaches("session token", row);
    }
}

TEST(DemoSettings, HaveNamesOfTheirOwn) {
    for (const Row& row : demo_rows) {
        SCOPED_TRACE(row.variable);
        expect_reaches("demo", row);
    }
}

// All names of a setting are set; the most binding one is taken away again and again, and the next
// must count. With the flag and the file around them.
void expect_precedence(const std::string& command, const std::string& name) {
    AllSettings all;
    const config::Schema schema = schema_of(all, command);
    const Setting& setting = *config::find_setting(schema, name);
    const std::string value = sample(setting);
    config::Sources sources;
    sources.file_name = "f.toml";
    sources.file = {{"", name, value, 1}, {config::section_name(schema), name, value, 2}};
    sources.flags = {{name, value}};
    std::vector<std::string> expected{"--" + name};
    for (const auto& each : setting.names) {
        sources.environment[each.text] = value;
        expected.push_back(each.text);
    }
    expected.insert(expected.end(), {"f.toml:2", "f.toml:1", "default"});

    std::vector<std::string> origins;
    for (std::string origin; origin != "default";) {
        const auto loaded = config::load(schema, sources, all_known_names());
        ASSERT_TRUE(loaded) << loaded.error().detail;
        origin = loaded->origins.at(name);
        origins.push_back(origin);
        if (!sources.flags.empty()) {
            sources.flags.clear();
        } else if (sources.environment.erase(origin) == 0 && !sources.file.empty()) {
            sources.file.pop_back();
        }
        ASSERT_LT(origins.size(), 20u);
    }
    EXPECT_EQ(origins, expected);
}

TEST(AllTables, EverySettingHasFlagThenVariablesThenFileThenDefault) {
    const AllSettings all;
    for (const config::Schema& schema : all.schemas) {
        for (const Setting& setting : schema.settings) {
            SCOPED_TRACE(schema.command + " --" + setting.name);
            expect_precedence(schema.command, setting.name);
        }
    }
}

TEST(AllTables, OlderNamesStandInTheOrderOfTheirErasAfterTheNameToUse) {
    const AllSettings all;
    for (const auto& schema : all.schemas) {
        for (const Setting& setting : schema.settings) {
            SCOPED_TRACE(setting.name);
            ASSERT_FALSE(setting.names.empty());
            EXPECT_TRUE(setting.names.front().era == Era::current || !setting.no_effect.empty());
            std::vector<Era> older;
            for (const auto& name : setting.names) {
                if (name.era != Era::current) older.push_back(name.era);
            }
            EXPECT_TRUE(std::ranges::is_sorted(older));
        }
    }
}

TEST(AllTables, NamesAreUniqueWellFormedAndHelped) {
    const AllSettings all;
    const std::regex flag("[a-z]+(-[a-z]+)*");
    for (const auto& schema : all.schemas) {
        std::set<std::string> seen;
        for (const Setting& setting : schema.settings) {
            EXPECT_TRUE(std::regex_match(setting.name, flag)) << setting.name;
            EXPECT_EQ(setting.help.empty(), !setting.no_effect.empty()) << setting.name;
            EXPECT_TRUE(seen.insert(setting.name).second) << setting.name;
            for (const auto& name : setting.names) {
                EXPECT_TRUE(seen.insert(name.text).second) << name.text;
            }
        }
    }
}

TEST(AllTables, DefaultsCanBeGivenAsTheyAreShown) {
    const AllSettings all;
    for (const auto& schema : all.schemas) {
        for (const Setting& setting : schema.settings) {
            const std::string shown = setting.value.show();
            if (shown.empty() || setting.required) continue;
            EXPECT_TRUE(setting.value.store(shown)) << setting.name << " " << shown;
            EXPECT_EQ(setting.value.show(), shown);
        }
    }
}

TEST(LogSettings, KnowTheLevelsOfOlderVersions) {
    LogOptions options;
    config::Schema schema;
    add_log_settings(schema, options);
    const Setting& level = *config::find_setting(schema, "log-level");
    for (const auto& [text, shown] : std::map<std::string, std::string>{
             {"PANIC", "error"}, {"fatal", "error"}, {"Warning", "warn"}, {"trace", "trace"}}) {
        ASSERT_TRUE(level.value.store(text)) << text;
        EXPECT_EQ(level.value.show(), shown);
    }
    EXPECT_FALSE(level.value.store("loud"));
    EXPECT_FALSE(config::find_setting(schema, "log-format")->value.store("xml"));
}

TEST(KnownNames, HoldTheNamesOfOtherVersionsCommands) {
    const auto known = known_names();
    for (const char* name : {"RELAY_TOKEN", "RELAY_GROUPS", "RELAY_CLIENT_FILE_LOG", "RELAY_CONFIG",
                             "RELAY_MONITOR_COMMAND", "RELAY_SECRET_FILE"}) {
        EXPECT_EQ(std::ranges::count(known.variables, name) > 0, true) << name;
    }
}

}  // namespace
}  // namespace relay::cli
