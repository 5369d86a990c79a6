// SPDX-License-Identifier: Apache-2.0
#include "record/file.hpp"

#include "base/temporary_folder_for_test.hpp"
#include "base/time_text.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/resource.h>

namespace relay::record {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// While it exists, files of this process cannot grow beyond a limit, as on a full disk.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, signal_);
    }

private:
    void (*signal_)(int);
    rlimit before_{};
};

struct FileTest : testing::Test {
    TemporaryFolder temporary;
    Result<Folder> folder = Folder::open(temporary.path());
    WallTime time = *parse_time("2026-11-22T10:19:10Z");

    Result<void> append(File& file, std::string first, std::string second = "") {
        iovec pieces[] = {{first.data(), first.size()}, {second.data(), second.size()}};
        return file.append(pieces);
    }
};

TEST_F(FileTest, AppendsPiecesInOrderByteForByte) {
    auto file = File::open(*folder, "lab/a.bin");
    ASSERT_TRUE(file);
    ASSERT_TRUE(append(*file, std::string("\0\xff\n", 3), "x"));
    ASSERT_TRUE(append(*file, "", "y"));
    ASSERT_TRUE(append(*file, "", ""));
    EXPECT_EQ(file->size(), 5u);
    EXPECT_EQ(content(temporary / "lab/a.bin"), std::string("\0\xff\nxy", 5));
}

TEST_F(FileTest, GoesOnBehindWhatIsThere) {
    std::ofstream(temporary / "a") << "before";
    auto file = File::open(*folder, "a");
    ASSERT_TRUE(file);
    EXPECT_EQ(file->size(), 6u);
    ASSERT_TRUE(append(*file, "+after"));
    EXPECT_EQ(content(temporary / "a"), "before+after");
}

TEST_F(FileTest, AMessageThatDoesNotFitLeavesNoPart) {
    auto file = File::open(*folder, "a");
    ASSERT_TRUE(file);
    ASSERT_TRUE(append(*file, std::string(900, 'a')));
    {
        const FileSizeLimit limit(1000);
        const auto failed = append(*file, std::string(50, 'b'), std::string(500, 'c'));
        ASSERT_FALSE(failed);
        EXPECT_THAT(failed.error().detail, HasSubstr("a: File too large"));
        EXPECT_EQ(file->size(), 900u);
        EXPECT_EQ(content(temporary / "a"), std::string(900, 'a'));
        EXPECT_TRUE(append(*file, std::string(100, 'd')));
    }
    EXPECT_EQ(content(temporary / "a"), std::string(900, 'a') + std::string(100, 'd'));
}

TEST_F(FileTest, RotationKeepsTheContentUnderANewNameAndBeginsAnew) {
    auto file = File::open(*folder, "lab/a.ts");
    ASSERT_TRUE(append(*file, "first"));
    ASSERT_TRUE(file->rotate(time));
    EXPECT_EQ(file->size(), 0u);
    ASSERT_TRUE(append(*file, "second"));
    EXPECT_EQ(content(temporary / "lab/a-20261122T101910Z.ts"), "first");
    EXPECT_EQ(content(temporary / "lab/a.ts"), "second");
}

TEST_F(FileTest, RotationNeverOverwrites) {
    std::ofstream(temporary / "a-20261122T101910Z.ts") << "old";
    auto file = File::open(*folder, "a.ts");
    for (const char* text : {"1", "2"}) {
        ASSERT_TRUE(append(*file, text));
        ASSERT_TRUE(file->rotate(time));
    }
    EXPECT_EQ(content(temporary / "a-20261122T101910Z.ts"), "old");
    EXPECT_EQ(content(temporary / "a-20261122T101910Z-2.ts"), "1");
    EXPECT_EQ(content(temporary / "a-20261122T101910Z-3.ts"), "2");
}

TEST_F(FileTest, RotationOfAFileThatWasMovedAwayBeginsAnew) {
    auto file = File::open(*folder, "a.ts");
    ASSERT_TRUE(append(*file, "first"));
    fs::rename(temporary / "a.ts", temporary / "mine.ts");
    ASSERT_TRUE(file->rotate(time));
    ASSERT_TRUE(append(*file, "second"));
    EXPECT_EQ(content(temporary / "mine.ts"), "first");
    EXPECT_EQ(content(temporary / "a.ts"), "second");
}

TEST_F(FileTest, AFileThatWasMovedAwayIsBegunAnewWithTheNextMessage) {
    auto file = File::open(*folder, "a.ts");
    ASSERT_TRUE(append(*file, "first"));
    fs::rename(temporary / "a.ts", temporary / "mine.ts");
    ASSERT_TRUE(append(*file, "second"));
    EXPECT_EQ(content(temporary / "mine.ts"), "first");
    EXPECT_EQ(content(temporary / "a.ts"), "second");
    EXPECT_EQ(file->size(), 6u);
}

TEST_F(FileTest, AFileThatWasDeletedIsBegunAnewWithTheNextMessage) {
    auto file = File::open(*folder, "a.ts");
    ASSERT_TRUE(append(*file, "first"));
    fs::remove(temporary / "a.ts");
    ASSERT_TRUE(append(*file, "second"));
    ASSERT_TRUE(append(*file, "third"));
    EXPECT_EQ(content(temporary / "a.ts"), "secondthird");
}

TEST_F(FileTest, AFileWhoseFolderWasDeletedIsAnError) {
    auto file = File::open(*folder, "lab/a.ts");
    ASSERT_TRUE(append(*file, "first"));
    fs::remove_all(temporary / "lab");
    EXPECT_FALSE(append(*file, "second"));
}

TEST_F(FileTest, AMessageThatDoesNotFitLeavesNoPartInAFileThatWasEmptiedMeanwhile) {
    auto file = File::open(*folder, "a");
    ASSERT_TRUE(append(*file, std::string(900, 'a')));
    fs::resize_file(temporary / "a", 0);
    const FileSizeLimit limit(1000);
    EXPECT_FALSE(append(*file, std::string(950, 'b'), std::string(500, 'c')));
    EXPECT_EQ(content(temporary / "a"), "");
}

}  // namespace
}  // namespace relay::record
