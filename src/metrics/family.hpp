// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace relay::metrics {

enum class Kind {
    counter,  // only grows, until the process ends; the name ends in `_total`
    gauge,
};

using Labels = std::vector<std::pair<std::string, std::string>>;

struct Sample {
    Labels labels;  // values may hold anything
    double value = 0;
};

// One metric. Names follow the conventions of Prometheus: application first, unit last, base units
// (seconds, bytes).
struct Family {
    std::string name;
    std::string help;  // one line
    Kind kind = Kind::gauge;
    std::vector<Sample> samples;
};

// The text exposition format, version 0.0.4: HELP and TYPE before each family's samples. Families
// without samples are left out.
std::string render(const std::vector<Family>& families);
inline constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace relay::metrics
