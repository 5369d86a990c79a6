// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace relay::media {

// Whether the beginning of a picture's elementary stream shows that decoding can begin with it: an
// MPEG-1/2 sequence header, an H.264 SPS or IDR slice, an H.265 VPS, SPS or IRAP slice
// (ISO/IEC 13818-2 §6.2.2, ITU-T H.264 §7.4.1, H.265 §7.4.2). The codec is told by the first start
// code, since the same bytes mean other things elsewhere: 0x27 is an H.264 SPS and the 39th slice
// of an MPEG-2 picture.
bool shows_random_access(std::span<const std::uint8_t> stream);

}  // namespace relay::media
