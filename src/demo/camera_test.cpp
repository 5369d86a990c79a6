// SPDX-License-Identifier: Apache-2.0
#include "demo/camera.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace relay::demo {
namespace {

using testing::HasSubstr;

std::string value_of(const std::vector<std::string>& command, const std::string& option) {
    const auto found = std::ranges::find(command, option);
    return found == command.end() || found + 1 == command.end() ? "" : *(found + 1);
}

TEST(Camera, SendsTransportStreamToTheHostOnThisMachine) {
    const auto command = camera_command(8888);
    EXPECT_EQ(command.front(), "ffmpeg");
    EXPECT_EQ(command.back(), "http://127.0.0.1:8888/ts/video");
    EXPECT_EQ(value_of(command, "-f"), "lavfi");
    EXPECT_EQ(command.at(command.size() - 2), "mpegts");
}

TEST(Camera, MakesVideoThatAMpeg1PlayerShowsWithoutDelay) {
    const auto command = camera_command(1);
    EXPECT_EQ(value_of(command, "-c:v"), "mpeg1video");
    EXPECT_EQ(value_of(command, "-bf"), "0");
    EXPECT_EQ(value_of(command, "-flags"), "low_delay");
    EXPECT_EQ(value_of(command, "-flush_packets"), "1");
}

TEST(Camera, NeverWaitsForTheTerminal) {
    EXPECT_THAT(camera_command(1), testing::Contains("-nostdin"));
}

TEST(Camera, WritesTheClockIntoTwentyFourBlocks) {
    const auto filters = value_of(camera_command(1), "-filter_complex");
    EXPECT_THAT(filters, HasSubstr("time(0)*1000"));
    EXPECT_THAT(filters, HasSubstr("crop=24:1"));
    EXPECT_THAT(filters, HasSubstr("scale=384:16:flags=neighbor"));
}

}  // namespace
}  // namespace relay::demo
