// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/manifest.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

// Manifests to test with.
namespace relay::booking {

inline constexpr BookingTime manifest_test_time =
    std::chrono::sys_days(std::chrono::year(2030) / 1 / 1);

inline Manifest parsed_for_test(std::string_view yaml) {
    auto manifest = parse_manifest(yaml, manifest_test_time);
    if (manifest) return std::move(*manifest);
    for (const ManifestProblem& problem : manifest.error())
        ADD_FAILURE() << problem.line << ": " << problem.text;
    return {};
}

// Two streams of one piece of equipment, as members of `streams`.
inline std::string streams_for_test(std::string_view rig) {
    std::string text;
    for (const std::string_view role : {"data", "video"})
        text += fmt::format(
            "      {0}: {{for: {0}, url: 'https://relay.example/session/{1}-{0}', audience: "
            "'https://relay.example', ct: session, topic: {1}-{0}, scopes: [read]}}\n",
            role, rig);
    return text;
}

// As large as what a university has: 60 rigs, 200 activities in 12 pools, 33 activities in several
// pools, 11 groups.
struct LargeManifest {
    static constexpr int rigs = 60, activities = 200, shared = 33, pools = 12, groups = 11;

    static bool is_in_pool(int activity, int pool) {
        if (activity % pools == pool) return true;
        const int more = activity < shared ? activity % 4 + 1 : 0;  // pools beside the first
        return (pool - activity % pools + pools) % pools <= more;
    }

    static std::string text() {
        std::string activity_text = "activities:\n", descriptions = "descriptions:\n";
        for (int activity = 0; activity < activities; ++activity) {
            activity_text += fmt::format(
                "  activity-{0}:\n    description: text-{0}\n    UISet: set-{1}\n"
                "    exp: 1988150400\n    config: {{url: 'https://files.example/{0}.json'}}\n"
                "    streams:\n{2}",
                activity, activity % pools,
                streams_for_test(fmt::format("rig-{}", activity % rigs)));
            descriptions += fmt::format(
                "  text-{0}: {{name: Activity {0}, type: activity-v1, short: about {0}}}\n",
                activity);
        }
        return pools_text() + activity_text + descriptions;
    }

private:
    static std::string pools_text() {
        std::string pool_text = "pools:\n", uis = "uis:\n", sets = "UISets:\n";
        for (int pool = 0; pool < pools; ++pool) {
            pool_text += fmt::format(
                "  pool-{0}:\n    description: {{name: Pool {0}, type: pool-v1}}\n"
                "    minsession: 2\n    maxsession: 7200\n    activities:\n",
                pool);
            for (int activity = 0; activity < activities; ++activity)
                if (is_in_pool(activity, pool))
                    pool_text += fmt::format("      - activity-{}\n", activity);
            uis += fmt::format(
                "  ui-{0}:\n    description: {{name: Page {0}, type: ui-v1}}\n"
                "    url: 'https://ui.example/{0}/?streams={{{{streams}}}}'\n"
                "    streamsrequired: [data, video]\n",
                pool);
            sets += fmt::format("  set-{0}: [ui-{0}, ui-{1}]\n", pool, (pool + 1) % pools);
        }
        std::string group_text = "groups:\n";
        for (int group = 0; group < groups; ++group)
            group_text +=
                fmt::format("  course-{0}: {{pools: [pool-{0}, pool-{1}]}}\n", group, group + 1);
        return group_text + pool_text + uis + sets;
    }
};

}  // namespace relay::booking
