// SPDX-License-Identifier: Apache-2.0
#include "wire/frame_reader.hpp"
#include "wire/frame_writer.hpp"
#include "wire/mask.hpp"
#include "wire/message.hpp"
#include "wire/utf8.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace relay::wire {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr MaskKey key{0x12, 0x34, 0x56, 0x78};

Bytes ascii(std::size_t size) {
    return Bytes(size, 'x');
}

// Greek in two bytes each, with blanks: neither all ASCII nor the rarest case.
Bytes greek(std::size_t size) {
    constexpr std::string_view word = "\xCE\xBB\xCF\x8C\xCE\xB3\xCE\xBF\xCF\x82 ";
    Bytes text;
    while (text.size() + word.size() <= size) text.insert(text.end(), word.begin(), word.end());
    text.resize(size, ' ');
    return text;
}

void count_bytes(benchmark::State& state, std::size_t size) {
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                            static_cast<std::int64_t>(size));
}

// What a relay does with each message it receives: find the frame, copy and unmask its payload.
void read_masked_frame(benchmark::State& state) {
    const auto size = static_cast<std::size_t>(state.range(0));
    Bytes frame;
    append_client_frame(frame, MessageType::binary, ascii(size), key);
    FrameReader reader(FrameReader::Role::server, size);
    for (auto _ : state) {
        std::span<std::uint8_t> bytes(frame);
        benchmark::DoNotOptimize(reader.next(bytes).message);
    }
    count_bytes(state, size);
}
BENCHMARK(read_masked_frame)->Arg(100)->Arg(4096)->Arg(65536)->Arg(1'000'000);

void write_masked_frame(benchmark::State& state) {
    const Bytes payload = ascii(static_cast<std::size_t>(state.range(0)));
    Bytes frame;
    for (auto _ : state) {
        frame.clear();
        append_client_frame(frame, MessageType::binary, payload, key);
        benchmark::DoNotOptimize(frame.data());
    }
    count_bytes(state, payload.size());
}
BENCHMARK(write_masked_frame)->Arg(100)->Arg(4096);

void unmask_in_place(benchmark::State& state) {
    Bytes bytes = ascii(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        apply_mask(bytes, bytes.data(), key);
        benchmark::DoNotOptimize(bytes.data());
    }
    count_bytes(state, bytes.size());
}
BENCHMARK(unmask_in_place)->Arg(100)->Arg(4096)->Arg(65536);

void check_utf8(benchmark::State& state, Bytes (*text_of)(std::size_t)) {
    const Bytes text = text_of(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(is_utf8(text));
    count_bytes(state, text.size());
}
BENCHMARK_CAPTURE(check_utf8, ascii, ascii)->Arg(100)->Arg(4096);
BENCHMARK_CAPTURE(check_utf8, greek, greek)->Arg(100)->Arg(4096);

}  // namespace
}  // namespace relay::wire
