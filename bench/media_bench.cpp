// SPDX-License-Identifier: Apache-2.0
#include "load/ts_writer.hpp"
#include "media/ts_inspector.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

namespace relay::media {
namespace {

// What a relay looks for in each message of a video topic: where pictures begin.
void inspect_ts_message(benchmark::State& state) {
    const load::Payload payload(load::Payload::Form::text);
    load::TsWriter writer(payload);
    std::vector<std::uint8_t> message;
    writer.write({.length = static_cast<std::uint32_t>(state.range(0))}, true, message);
    for (auto _ : state) benchmark::DoNotOptimize(inspect_message(message));
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                            static_cast<std::int64_t>(message.size()));
}
BENCHMARK(inspect_ts_message)->Arg(1316)->Arg(4096)->Arg(65536);

// A message that is no transport stream must be cheap to tell.
void inspect_other_message(benchmark::State& state) {
    const std::vector<std::uint8_t> message(4096, 'x');
    for (auto _ : state) benchmark::DoNotOptimize(inspect_message(message));
}
BENCHMARK(inspect_other_message);

}  // namespace
}  // namespace relay::media

BENCHMARK_MAIN();
