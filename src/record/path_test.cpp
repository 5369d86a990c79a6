// SPDX-License-Identifier: Apache-2.0
#include "record/path.hpp"

#include "base/time_text.hpp"

#include <gmock/gmock.h>

namespace relay::record {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::filesystem::path folder = "/srv/recordings";

std::string accepted(std::string_view path) {
    const auto valid = validate_recording_path(path, folder);
    return valid ? *valid : "refused: " + valid.error().detail;
}

std::string reason(std::string_view path) {
    const auto valid = validate_recording_path(path, folder);
    if (valid) return "accepted as " + *valid;
    EXPECT_EQ(valid.error().code, Errc::invalid);
    EXPECT_THAT(valid.error().detail, StartsWith("file: "));
    return valid.error().detail;
}

TEST(RecordingPath, RelativePathsAreBelowTheFolder) {
    EXPECT_EQ(accepted("video.ts"), "video.ts");
    EXPECT_EQ(accepted("lab/2026/video.ts"), "lab/2026/video.ts");
    EXPECT_EQ(accepted("./lab//video.ts"), "lab/video.ts");
    EXPECT_EQ(accepted("..video..ts"), "..video..ts");
    EXPECT_EQ(accepted("caméra 1.ts"), "caméra 1.ts");
}

TEST(RecordingPath, AbsolutePathsMustBeInsideTheFolder) {
    EXPECT_EQ(accepted("/srv/recordings/a/b"), "a/b");
    EXPECT_EQ(accepted("/srv/recordings//b"), "b");
    for (const char* outside : {"/etc/passwd", "/srv/recordings2/a", "/srv/record", "//srv/x"})
        EXPECT_THAT(reason(outside), HasSubstr("--record-dir")) << outside;
    EXPECT_EQ(validate_recording_path("/srv/recordings/a", "/srv/x/../recordings/"), "a");
}

TEST(RecordingPath, NothingLeadsOutOfTheFolder) {
    for (const char* path : {"..", "../a", "a/../b", "a/..", "/srv/recordings/../a"})
        EXPECT_THAT(reason(path), testing::AnyOf(HasSubstr("\"..\""), HasSubstr("--record-dir")))
            << path;
}

TEST(RecordingPath, WhatNamesNoFileIsRefused) {
    for (const char* path :
         {"", ".", "./", "/", "a/", "a/.", "/srv/recordings/", "/srv/recordings"})
        EXPECT_THAT(reason(path), testing::AnyOf(HasSubstr("a file"), HasSubstr("--record-dir")))
            << path;
    EXPECT_THAT(reason(std::string_view("a\0b", 3)), HasSubstr("control"));
    EXPECT_THAT(reason("a\nb"), HasSubstr("control"));
    EXPECT_THAT(reason(std::string(201, 'x')), HasSubstr("200"));
    EXPECT_EQ(accepted(std::string(200, 'x')), std::string(200, 'x'));
    EXPECT_THAT(reason(std::string(1025, '/')), HasSubstr("1024"));
}

TEST(RecordingPath, WithoutAFolderTheReasonSaysHowToGetOne) {
    const auto off = validate_recording_path("video.ts", "");
    ASSERT_FALSE(off);
    EXPECT_EQ(off.error().detail, "file: recording is off; start the host with --record-dir");
}

TEST(RotatedName, HoldsTheTimeBeforeTheExtension) {
    const WallTime time = *parse_time("2026-11-22T10:19:10Z");
    EXPECT_EQ(rotated_name("video.ts", time, 1), "video-20261122T101910Z.ts");
    EXPECT_EQ(rotated_name("video.ts", time, 2), "video-20261122T101910Z-2.ts");
    EXPECT_EQ(rotated_name("video", time, 1), "video-20261122T101910Z");
    EXPECT_EQ(rotated_name("a.b.ts", time, 1), "a.b-20261122T101910Z.ts");
    EXPECT_EQ(rotated_name(".hidden", time, 1), ".hidden-20261122T101910Z");
}

}  // namespace
}  // namespace relay::record
