// SPDX-License-Identifier: Apache-2.0
#include "load/run.hpp"

#include "load/options.hpp"
#include "load/worker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <sys/resource.h>
#include <thread>
#include <vector>

namespace relay::load {
namespace {

using Workers = std::vector<std::unique_ptr<Worker>>;

// Between the last preparation and the first message.
constexpr auto lead_time = std::chrono::milliseconds(2);

void raise_descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<void> check_descriptors(const Config& config) {
    std::size_t connections = 0;
    for (const Group& group : config.groups) connections += group.count;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    constexpr std::size_t others = 64;
    if (connections + others <= limit.rlim_cur) return {};
    return fail(Errc::limit, fmt::format("{} connections need more descriptors than the {} that "
                                         "this process may have",
                                         connections, limit.rlim_cur));
}

// Whole topics, in turn, to each worker.
Result<Workers> make_workers(const Config& config, const Payload& payload) {
    Workers workers;
    for (std::size_t i = 0; i < config.threads; ++i)
        workers.push_back(std::make_unique<Worker>(config, payload, i == 0));
    std::map<std::string_view, std::vector<const Group*>> topics;
    for (const Group& group : config.groups) topics[group.topic].push_back(&group);
    std::uint32_t number = 0;
    for (const auto& [name, groups] : topics) {
        Worker& worker = *workers[number % workers.size()];
        if (auto added = worker.add_topic(number++, groups); !added)
            return std::unexpected(added.error());
    }
    std::size_t all = 0;
    for (const auto& worker : workers) all += worker->publisher_count();
    std::size_t first = 0;
    for (const auto& worker : workers) {
        worker->place_publishers(first, all);
        first += worker->publisher_count();
    }
    return workers;
}

void on_each(const Workers& workers, const std::function<void(Worker&)>& phase) {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < workers.size(); ++i)
        threads.emplace_back([&, i] { phase(*workers[i]); });
    phase(*workers.front());
}

// Why, when nothing at all could be reached.
Result<void> check_some_open(const Workers& workers) {
    Report report;
    for (const auto& worker : workers) report.merge(worker->report());
    if (report.open > 0) return {};
    const auto& reasons = report.refusals;
    return fail(Errc::unavailable, "no connection could be opened: " +
                                       (reasons.empty() ? "" : reasons.begin()->first));
}

double seconds_since(SteadyTime start) {
    return std::chrono::duration<double>(SteadyTime::clock::now() - start).count();
}

}  // namespace

Result<Report> measure(const Config& config) {
    raise_descriptor_limit();
    if (auto enough = check_descriptors(config); !enough) return std::unexpected(enough.error());
    const Traffic& traffic = config.traffic;
    const bool as_text = traffic.text || traffic.transport_stream;
    const Payload payload(as_text ? Payload::Form::text : Payload::Form::binary);
    const auto workers = make_workers(config, payload);
    if (!workers) return std::unexpected(workers.error());

    Report report;
    report.before = sample_processes(config.processes);
    const auto connecting_since = SteadyTime::clock::now();
    on_each(*workers, [](Worker& worker) { worker.connect(); });
    report.connect_seconds = seconds_since(connecting_since);
    if (auto some = check_some_open(*workers); !some) return std::unexpected(some.error());
    on_each(*workers, [](Worker& worker) { worker.settle(); });

    report.connected = sample_processes(config.processes);
    const double own_before = own_cpu_seconds();
    const auto start = SteadyTime::clock::now() + lead_time;
    on_each(*workers, [start](Worker& worker) { worker.publish(start); });
    report.after = sample_processes(config.processes);
    report.generator_cpu_seconds = own_cpu_seconds() - own_before;
    for (const auto& worker : *workers) report.merge(worker->report());
    return report;
}

Result<int> run(const Config& config) {
    if (config.help) {
        fmt::print("{}", help());
        return 0;
    }
    const auto report = measure(config);
    if (!report) return std::unexpected(report.error());
    fmt::print("{}", config.json ? to_json(*report, config) : to_text(*report, config));
    std::fflush(stdout);
    return report->is_clean(config.allow_loss) ? 0 : 1;
}

}  // namespace relay::load
