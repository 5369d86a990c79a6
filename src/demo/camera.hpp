// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace relay::demo {

// The command line of an ffmpeg that plays the camera: a moving test picture, 640x480 at 25/s, as
// MPEG-1 video in MPEG-TS, sent in real time to the session host's /ts/video on that local port.
//
// A strip along the top edge tells when a picture was made: 24 blocks of 16 x 16 pixels, so that
// each is one macroblock and survives compression; white for 1, the highest bit first; the wall
// clock's milliseconds modulo 2^24 in Gray code, in which neighbouring times differ in one block.
// Read by web/shared/time_code.ts. The picture leaves ffmpeg about 2 ms after that instant.
std::vector<std::string> camera_command(std::uint16_t host_port);

}  // namespace relay::demo
