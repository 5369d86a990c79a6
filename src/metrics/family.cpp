// SPDX-License-Identifier: Apache-2.0
#include "metrics/family.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sstream>

namespace relay::metrics {
namespace {

prometheus::ClientMetric convert(const Sample& sample, Kind kind) {
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
    if (kind == Kind::counter)
        metric.counter.value = sample.value;
    else
        metric.gauge.value = sample.value;
    return metric;
}

prometheus::MetricFamily convert(const Family& family) {
    prometheus::MetricFamily converted{.name = family.name,
                                       .help = family.help,
                                       .type = family.kind == Kind::counter
                                                   ? prometheus::MetricType::Counter
                                                   : prometheus::MetricType::Gauge,
                                       .metric = {}};
    for (const Sample& sample : family.samples)
        converted.metric.push_back(convert(sample, family.kind));
    return converted;
}

}  // namespace

std::string render(const std::vector<Family>& families) {
    std::vector<prometheus::MetricFamily> converted;
    for (const Family& family : families)
        if (!family.samples.empty()) converted.push_back(convert(family));
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, converted);
    return std::move(out).str();
}

}  // namespace relay::metrics
