// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/settings.hpp"
#include "config/load.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

namespace relay::cli {

// A value that a setting of this kind takes and that is not a default.
inline std::string sample(const config::Setting& setting) {
    const std::map<std::string, std::string> samples{
        {"PORT", "1234"},           {"DURATION", "7s"},
        {"SIZE", "384K"},           {"NUMBER", "3"},
        {"LEVEL", "debug"},         {"FORMAT", "text"},
        {"ID=SECRET", "a=b"},       {"TIME", "2030-01-02T03:04:05Z"},
        {"SECRET", "hush"},         {"MODE", "binary"},
        {"FRAMING", "raw"},         {"ROLE", "host"},
        {"lock|unlock", "lock"},    {"table|csv|json", "csv"},
        {"NETWORKS", "10.0.0.0/8"},
    };
    if (setting.value.boolean) return setting.value.show() == "true" ? "false" : "true";
    const auto found = samples.find(setting.value.kind);
    return found == samples.end() ? "sample" : found->second;
}

// A variable of the specification, the setting it must reach, and whether it is deprecated.
struct Row {
    const char* variable;
    const char* setting;
    bool deprecated = true;
};

// Fresh tables for each variable, with nothing required, so that it stands alone.
inline config::Schema schema_of(const AllSettings& all, const std::string& command) {
    config::Schema schema = *std::ranges::find(all.schemas, command, &config::Schema::command);
    for (config::Setting& setting : schema.settings) setting.required = false;
    return schema;
}

// Made once: the tables of all commands stand behind it.
inline const config::Known& all_known_names() {
    static const config::Known known = known_names();
    return known;
}

inline void expect_reaches(const std::string& command, const Row& row) {
    AllSettings all;
    const config::Schema schema = schema_of(all, command);
    const config::Setting* setting = config::find_setting(schema, row.setting);
    ASSERT_NE(setting, nullptr);
    const std::string before = setting->value.show();
    config::Sources sources;
    sources.environment = {{row.variable, sample(*setting)}};
    const auto loaded = config::load(schema, sources, all_known_names());
    ASSERT_TRUE(loaded) << loaded.error().detail;
    EXPECT_EQ(loaded->origins.at(row.setting), row.variable);
    EXPECT_EQ(loaded->notices.size(), row.deprecated ? 1u : 0u);
    EXPECT_EQ(setting->value.show() == before, !setting->no_effect.empty());
}

}  // namespace relay::cli
