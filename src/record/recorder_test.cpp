// SPDX-License-Identifier: Apache-2.0
#include "record/recorder.hpp"

#include "base/log.hpp"
#include "base/temporary_folder_for_test.hpp"
#include "base/time_text.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <future>
#include <iterator>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace relay::record {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using wire::MessageType;

wire::MessagePtr message(std::string_view text, MessageType type = MessageType::binary) {
    return wire::Message::copy_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                                  type);
}

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct RecorderTest : testing::Test {
    TemporaryFolder folder;
    Settings settings{.folder = folder.path()};
    std::atomic<WallTime> now = *parse_time("2026-11-22T10:19:10Z");
    std::unique_ptr<Recorder> recorder;

    void SetUp() override { ASSERT_TRUE(log::configure({.level = log::Level::off})); }

    void start() {
        auto opened = Recorder::open(settings, [this] { return now.load(); });
        ASSERT_TRUE(opened) << opened.error().detail;
        recorder = std::move(*opened);
    }
    // Everything that was handed over is in the files after this.
    void finish() { recorder.reset(); }

    std::vector<std::string> files() {
        std::vector<std::string> names;
        for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
            if (entry.is_regular_file()) names.push_back(entry.path().filename());
        std::ranges::sort(names);
        return names;
    }

    // The status once it satisfies the condition; the writer has a thread of its own.
    template <class Condition>
    Status status_when(const Recording& recording, Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!condition(recording.status()) && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
        return recording.status();
    }
};

TEST_F(RecorderTest, AMissingFolderIsAnErrorAtOnce) {
    settings.folder = folder / "none";
    const auto opened = Recorder::open(settings);
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().detail, HasSubstr("none: No such file"));
}

TEST_F(RecorderTest, PayloadsFollowEachOtherByteForByte) {
    start();
    recorder->begin("lab/a.ts", "0")->write(message("one"));
    auto recording = recorder->begin("lab/a.ts", "0");
    recording->write(message(std::string("\0\xff", 2)));
    recording->write(message("text", MessageType::text));
    recording->write(message(""));
    recording.reset();
    finish();
    EXPECT_EQ(content(folder / "lab/a.ts"), std::string("one\0\xfftext", 9));
}

TEST_F(RecorderTest, StatusSaysWhatWasWrittenSinceWhen) {
    start();
    auto recording = recorder->begin("lab/a.ts", "0");
    recording->write(message("12345"));
    recording->write(message("678"));
    const Status status =
        status_when(*recording, [](const Status& known) { return known.messages == 2; });
    EXPECT_EQ(status.file, "lab/a.ts");
    EXPECT_TRUE(status.is_recording);
    EXPECT_EQ(status.bytes, 8u);
    EXPECT_EQ(status.since, now.load());
    EXPECT_EQ(status.error, "");
}

TEST_F(RecorderTest, StampedMessagesCanBeReadBack) {
    settings.stamped = true;
    start();
    auto recording = recorder->begin("a", "0");
    recording->write(message("{\"angle\":1}", MessageType::text));
    now = now.load() + 40ms;
    recording->write(message("a\nb", MessageType::binary));
    recording.reset();
    finish();
    EXPECT_EQ(content(folder / "a"),
              "2026-11-22T10:19:10.000000Z text 11\n{\"angle\":1}\n"
              "2026-11-22T10:19:10.040000Z binary 3\na\nb\n");
}

TEST_F(RecorderTest, AStampedFileThatACrashHasCutOffIsSetAside) {
    settings.stamped = true;
    const std::string whole = "2026-11-22T09:00:00.000000Z text 2\n{}\n";
    std::ofstream(folder / "cut") << whole << "2026-11-22T09:00:01.000000Z text 11\n{\"an";
    std::ofstream(folder / "whole") << whole;
    start();
    recorder->begin("cut", "0")->write(message("1", MessageType::text));
    recorder->begin("whole", "1")->write(message("1", MessageType::text));
    finish();
    const std::string added = "2026-11-22T10:19:10.000000Z text 1\n1\n";
    EXPECT_EQ(content(folder / "cut"), added);
    EXPECT_THAT(content(folder / "cut-20261122T101910Z"), testing::StartsWith(whole));
    EXPECT_EQ(content(folder / "whole"), whole + added);
}

TEST_F(RecorderTest, RotatesBySizeBetweenMessages) {
    settings.rotate_size = 10;
    start();
    auto recording = recorder->begin("a.ts", "0");
    for (const char* text : {"aaaaaa", "bbbb", "c", "a message of more than the size", "d"})
        recording->write(message(text));
    recording.reset();
    finish();
    EXPECT_THAT(files(), ElementsAre("a-20261122T101910Z-2.ts", "a-20261122T101910Z-3.ts",
                                     "a-20261122T101910Z.ts", "a.ts"));
    EXPECT_EQ(content(folder / "a-20261122T101910Z.ts"), "aaaaaabbbb");
    EXPECT_EQ(content(folder / "a-20261122T101910Z-2.ts"), "c");
    EXPECT_EQ(content(folder / "a-20261122T101910Z-3.ts"), "a message of more than the size");
    EXPECT_EQ(content(folder / "a.ts"), "d");
}

TEST_F(RecorderTest, RotatesByAgeWhenTheNextMessageComes) {
    settings.rotate_after = 60s;
    start();
    auto recording = recorder->begin("a.ts", "0");
    status_when(*recording, [](const Status& status) { return status.is_recording; });
    recording->write(message("first"));
    now = now.load() + 59s;
    recording->write(message("+"));
    now = now.load() + 1s;
    recording->write(message("second"));
    now = now.load() + 59s;
    recording->write(message("+"));
    recording.reset();
    finish();
    EXPECT_EQ(content(folder / "a-20261122T102010Z.ts"), "first+");
    EXPECT_EQ(content(folder / "a.ts"), "second+");
}

TEST_F(RecorderTest, AClockThatIsSetBackDoesNotPutOffTheRotation) {
    settings.rotate_after = 60s;
    start();
    auto recording = recorder->begin("a.ts", "0");
    status_when(*recording, [](const Status& status) { return status.is_recording; });
    now = now.load() - std::chrono::hours(24 * 365);
    recording->write(message("first"));
    now = now.load() + 60s;
    recording->write(message("second"));
    recording.reset();
    finish();
    EXPECT_EQ(content(folder / "a-20251122T102010Z.ts"), "first");
    EXPECT_EQ(content(folder / "a.ts"), "second");
}

TEST_F(RecorderTest, ReplacingARecordingClosesTheOldFileBeforeTheNewOneOpens) {
    start();
    for (int i = 0; i < 100; ++i) {
        auto recording = recorder->begin("a", "0");
        recording->write(message("x"));
        if (i == 99) {
            const auto ended = [](const Status& known) {
                return known.messages == 1 || !known.error.empty();
            };
            EXPECT_EQ(status_when(*recording, ended).error, "");
        }
    }
    finish();
    EXPECT_EQ(content(folder / "a"), std::string(100, 'x'));
}

TEST_F(RecorderTest, TwoRecordingsOfOneFileAreRefused) {
    start();
    auto first = recorder->begin("a", "0");
    auto second = recorder->begin("a", "1");
    second->write(message("2"));
    first->write(message("1"));
    const auto stopped = [](const Status& status) { return !status.error.empty(); };
    EXPECT_THAT(status_when(*second, stopped).error, HasSubstr("already"));
    first.reset();
    second.reset();
    finish();
    EXPECT_EQ(content(folder / "a"), "1");
}

TEST_F(RecorderTest, AFileThatCannotBeOpenedShowsInTheStatus) {
    fs::create_directory(folder / "a");
    start();
    const auto recording = recorder->begin("a", "0");
    recording->write(message("x"));
    const auto stopped = [](const Status& status) { return !status.error.empty(); };
    const Status status = status_when(*recording, stopped);
    EXPECT_THAT(status.error, HasSubstr("Is a directory"));
    EXPECT_FALSE(status.is_recording);
}

// The writer's thread blocks SIGXFSZ by itself, so the signal's default, to end the process, stays.
TEST_F(RecorderTest, AFullDiskStopsTheRecordingAfterTheLastWholeMessage) {
    start();
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit limit{.rlim_cur = 10'000, .rlim_max = before.rlim_max};
    auto recording = recorder->begin("a", "0");
    auto other = recorder->begin("b", "1");
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    for (int i = 0; i < 10; ++i) recording->write(message(std::string(3000, 'x')));
    const auto stopped = [](const Status& status) { return !status.error.empty(); };
    const Status status = status_when(*recording, stopped);
    ::setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_THAT(status.error, HasSubstr("a: File too large"));
    EXPECT_FALSE(status.is_recording);
    EXPECT_EQ(status.messages, 3u);
    EXPECT_EQ(content(folder / "a").size(), 9000u);

    recording->write(message("late"));
    other->write(message("goes on"));
    recording.reset();
    other.reset();
    finish();
    EXPECT_EQ(content(folder / "a").size(), 9000u);
    EXPECT_EQ(content(folder / "b"), "goes on");
}

TEST_F(RecorderTest, ARecordingThatStoppedIsTriedAgainLater) {
    fs::create_directory(folder / "a");  // in its way
    start();
    const auto recording = recorder->begin("a", "0");
    const auto stopped = [](const Status& status) { return !status.error.empty(); };
    EXPECT_FALSE(status_when(*recording, stopped).is_recording);
    fs::remove(folder / "a");
    now = now.load() + 59s;
    recording->write(message("too early"));
    now = now.load() + 1s;
    recording->write(message("one"));
    recording->write(message("two"));
    const auto written = [](const Status& status) { return status.messages == 2; };
    const Status status = status_when(*recording, written);
    EXPECT_TRUE(status.is_recording);
    EXPECT_EQ(status.since, now.load());
    EXPECT_THAT(status.error, HasSubstr("Is a directory")) << "there is a gap";
    EXPECT_EQ(content(folder / "a"), "onetwo");
}

TEST_F(RecorderTest, WhatIsTriedAgainInVainStopsAgain) {
    fs::create_directory(folder / "a");
    start();
    const auto recording = recorder->begin("a", "0");
    const auto stopped = [](const Status& status) { return !status.error.empty(); };
    EXPECT_FALSE(status_when(*recording, stopped).is_recording);
    now = now.load() - std::chrono::hours(1);  // nor is a clock that is set back waited for
    recording->write(message("in vain"));
    recorder->begin("b", "1")->write(message("."));
    const auto try_ended = [&](const Status&) { return fs::exists(folder / "b"); };
    EXPECT_FALSE(status_when(*recording, try_ended).is_recording);
    fs::remove(folder / "a");
    now = now.load() + 60s;
    recording->write(message("one"));
    const auto written = [](const Status& status) { return status.messages == 1; };
    EXPECT_TRUE(status_when(*recording, written).is_recording);
    EXPECT_EQ(content(folder / "a"), "one");
}

// A disk that takes nothing for a while: a clock that the writer reads when it opens a file.
TEST_F(RecorderTest, AQueueThatIsFullStopsTheRecordingAndNotItsOwner) {
    settings.queue_bytes = 1000;
    std::promise<void> stuck;
    std::promise<void> released;
    std::atomic<bool> first = true;
    const auto owner = std::this_thread::get_id();
    auto opened = Recorder::open(settings, [&] {
        if (std::this_thread::get_id() != owner && first.exchange(false)) {
            stuck.set_value();
            released.get_future().wait();
        }
        return now.load();
    });
    ASSERT_TRUE(opened);
    recorder = std::move(*opened);
    auto recording = recorder->begin("a", "0");
    stuck.get_future().wait();
    recording->write(message(std::string(5000, 'x')));  // one may always wait
    EXPECT_EQ(recording->status().error, "");
    recording->write(message("y"));
    EXPECT_THAT(recording->status().error, HasSubstr("too slow"));
    released.set_value();
    recording->write(message("z"));
    EXPECT_FALSE(recording->status().is_recording);
    const auto drained = [](const Status& status) { return status.messages == 1; };
    EXPECT_FALSE(status_when(*recording, drained).is_recording);
    now = now.load() + settings.try_again_after;
    recording->write(message("later"));
    recording.reset();
    finish();
    EXPECT_EQ(content(folder / "a"), std::string(5000, 'x') + "later");
}

TEST_F(RecorderTest, WhatWaitsIsWrittenBeforeItEnds) {
    settings.queue_bytes = 64 << 20;
    start();
    auto recording = recorder->begin("a", "0");
    std::string expected;
    for (int i = 0; i < 10'000; ++i) {
        const std::string text = std::to_string(i) + ",";
        recording->write(message(text));
        expected += text;
    }
    recording.reset();
    finish();
    EXPECT_EQ(content(folder / "a"), expected);
}

}  // namespace
}  // namespace relay::record
