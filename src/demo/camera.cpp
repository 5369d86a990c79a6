// SPDX-License-Identifier: Apache-2.0
#include "demo/camera.hpp"

#include <fmt/format.h>

namespace relay::demo {
namespace {

// 24 pixels, of which each computes its own bit, become 24 blocks. ld(0) is the time in ms.
constexpr auto filters =
    "[0:v]split[picture][clock];"
    "[clock]format=gray,crop=24:1:0:0,"
    "geq=lum='st(0,mod(floor(time(0)*1000),16777216));"
    "255*mod(floor(ld(0)/pow(2,23-X))+floor(ld(0)/pow(2,24-X)),2)',"
    "scale=384:16:flags=neighbor[strip];"
    "[picture][strip]overlay=0:0,format=yuv420p";

}  // namespace

std::vector<std::string> camera_command(std::uint16_t host_port) {
    return {
        "ffmpeg",
        "-hide_banner",
        "-nostdin",
        "-loglevel",
        "warning",
        // The source runs at the speed of the clock.
        "-re",
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=640x480:rate=25",
        "-filter_complex",
        filters,
        "-an",
        "-c:v",
        "mpeg1video",
        "-b:v",
        "1000k",
        "-g",
        "12",
        "-bf",
        "0",
        // Without low_delay the encoder holds each picture until the next one has come: 40 ms. It
        // calls that unofficial in MPEG-1, but nothing in the stream differs.
        "-flags",
        "low_delay",
        "-strict",
        "unofficial",
        "-threads",
        "1",
        "-flush_packets",
        "1",
        "-f",
        "mpegts",
        fmt::format("http://127.0.0.1:{}/ts/video", host_port),
    };
}

}  // namespace relay::demo
