// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace relay::media {

// What a queue needs to know about a message to skip whole pictures; see hub/outbox.hpp.
struct TsSummary {
    static constexpr std::uint32_t none = UINT32_MAX;

    // Nothing but whole 188-byte packets, at least one.
    bool is_transport_stream = false;

    // Byte offset of the first packet of the first picture that begins in the message: where a
    // PES packet of a video stream begins, or the tables (PAT, PMT, SDT) directly before it.
    std::uint32_t first_picture_start = none;

    // The same for the last picture that decoding can begin with.
    std::uint32_t random_access = none;
};

// Looks through one message: linear in its packets, without memory of earlier ones and without
// allocation; any thread. A message whose PMT lists no video has an audio frame in the place of
// each picture. (An audio frame alone proves nothing: the video may be in the neighbouring
// messages.)
TsSummary inspect_message(std::span<const std::uint8_t> message);

}  // namespace relay::media
