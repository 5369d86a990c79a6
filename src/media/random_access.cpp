// SPDX-License-Identifier: Apache-2.0
#include "media/random_access.hpp"

#include <cstddef>
#include <optional>

namespace relay::media {
namespace {

using Bytes = std::span<const std::uint8_t>;

// The byte that follows the next 00 00 01; `stream` then begins behind it.
std::optional<std::uint8_t> next_start_code(Bytes& stream) {
    for (std::size_t at = 0; at + 3 < stream.size(); ++at) {
        if (stream[at] != 0 || stream[at + 1] != 0 || stream[at + 2] != 1) continue;
        const std::uint8_t code = stream[at + 3];
        stream = stream.subspan(at + 4);
        return code;
    }
    return std::nullopt;
}

bool is_mpeg_video(std::uint8_t first) {
    return first == 0x00 || first >= 0xB0;
}

// H.264 never begins an access unit with these: types 0, 2, 4 and an SEI that others refer to.
// 0x28 could also be an IDR_N_LP slice, but is taken for the usual H.264 PPS.
bool is_h265(std::uint8_t first) {
    return (first >= 0x40 && first <= 0x46 && first % 2 == 0) ||
           (first >= 0x20 && first <= 0x2A && first % 2 == 0 && first != 0x28);
}

bool is_h264_random_access(std::uint8_t code) {
    const int type = code & 0x1F;
    return (code & 0x80) == 0 && (code & 0x60) != 0 && (type == 5 || type == 7);
}

bool is_h265_random_access(std::uint8_t code) {
    const int type = code >> 1 & 0x3F;
    return code % 2 == 0 && code < 0x80 && ((type >= 16 && type <= 21) || type == 32 || type == 33);
}

}  // namespace

bool shows_random_access(Bytes stream) {
    std::optional<std::uint8_t> code = next_start_code(stream);
    if (!code) return false;
    if (is_mpeg_video(*code)) return *code == 0xB3;
    const auto is_random_access = is_h265(*code) ? is_h265_random_access : is_h264_random_access;
    for (; code; code = next_start_code(stream))
        if (is_random_access(*code)) return true;
    return false;
}

}  // namespace relay::media
