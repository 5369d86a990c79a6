// SPDX-License-Identifier: Apache-2.0
// Any bytes in any split give the same events as in one piece, and never more than the limit.
#include "wire/frame_reader.hpp"

#include <algorithm>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

namespace {

using relay::wire::FrameEvent;
using relay::wire::FrameReader;

std::vector<std::string> read(std::vector<std::uint8_t> bytes, std::size_t piece_size,
                              FrameReader::Role role) {
    FrameReader reader(role, 4096);
    std::vector<std::string> events;
    for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
        std::span<std::uint8_t> piece(bytes.data() + at, std::min(piece_size, bytes.size() - at));
        for (;;) {
            const FrameEvent event = reader.next(piece);
            if (event.kind == FrameEvent::Kind::need_more) break;
            std::string text = std::to_string(static_cast<int>(event.kind)) + " " +
                               std::to_string(static_cast<int>(event.code)) + " ";
            if (event.message) {
                if (event.message->size() > 4096) std::abort();
                const auto payload = event.message->payload();
                text.append(payload.begin(), payload.end());
            }
            text.append(event.payload.begin(), event.payload.end());
            text += event.reason;
            events.push_back(text);
            if (event.kind == FrameEvent::Kind::error || event.kind == FrameEvent::Kind::close)
                return events;
        }
    }
    return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const auto role = data[0] & 1 ? FrameReader::Role::server : FrameReader::Role::client;
    const std::size_t piece = 1 + data[0] / 2;
    const std::vector<std::uint8_t> bytes(data + 1, data + size);
    if (read(bytes, bytes.size(), role) != read(bytes, piece, role)) std::abort();
    return 0;
}
