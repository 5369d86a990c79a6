// SPDX-License-Identifier: Apache-2.0
#include "media/ts_combiner.hpp"
#include "media/ts_inspector.hpp"
#include "media/ts_packetizer.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

using relay::media::TsSummary;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check_offset(std::uint32_t offset, std::size_t size) {
    require(offset == TsSummary::none || (offset % 188 == 0 && offset < size));
}

}  // namespace

// The first byte chooses how the rest is split on its way into the packetizer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t step = 1U + data[0];
    const std::span<const std::uint8_t> bytes(data + 1, size - 1);
    (void)relay::media::inspect_message(bytes);

    relay::media::TsPacketizer packetizer(4096);
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        packetizer.push(bytes.subspan(at, std::min(step, bytes.size() - at)));
        if (at % 7 == 0) packetizer.flush();
    }
    packetizer.finish();

    relay::media::TsCombiner combiner;
    combiner.set_feeds({"video", "audio"});
    std::size_t delivered = 0;
    while (const auto message = packetizer.next()) {
        const TsSummary summary = relay::media::inspect_message(*message);
        require(summary.is_transport_stream && message->size() <= 4096);
        check_offset(summary.first_picture_start, message->size());
        check_offset(summary.random_access, message->size());
        delivered += message->size();
        auto combined = *message;
        combiner.rewrite(delivered % 376 == 0 ? "video" : "audio", combined);
        require(relay::media::inspect_message(combined).is_transport_stream);
    }
    require(delivered + packetizer.discarded_bytes() == bytes.size());
    return 0;
}
