// SPDX-License-Identifier: Apache-2.0
#include "record/folder.hpp"

#include "base/temporary_folder_for_test.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sys/stat.h>

namespace relay::record {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct FolderTest : testing::Test {
    TemporaryFolder outside;
    TemporaryFolder temporary;
    Result<Folder> folder = Folder::open(temporary.path());

    Result<FileDescriptor> open(const std::string& path) {
        auto parent = folder->open_parent(path);
        if (!parent) return parent;
        return open_for_append(*parent, fs::path(path).filename());
    }
    std::string refusal(const std::string& path) {
        const auto opened = open(path);
        return opened ? "opened" : opened.error().detail;
    }
};

TEST_F(FolderTest, AMissingFolderIsAnError) {
    const auto missing = Folder::open(temporary / "none");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::unavailable);
    EXPECT_THAT(missing.error().detail, HasSubstr("/none: No such file"));
    std::ofstream(temporary / "file") << "x";
    EXPECT_FALSE(Folder::open(temporary / "file"));
}

TEST_F(FolderTest, FilesAndTheFoldersAboveThemAreCreatedForTheOwner) {
    ASSERT_TRUE(open("a/b/c.ts"));
    struct stat made{};
    ASSERT_EQ(::stat((temporary / "a/b/c.ts").c_str(), &made), 0);
    EXPECT_EQ(made.st_mode & 0007u, 0u);
    ASSERT_EQ(::stat((temporary / "a/b").c_str(), &made), 0);
    EXPECT_EQ(made.st_mode & 0007u, 0u);
    EXPECT_TRUE(open("a/b/d.ts"));
}

TEST_F(FolderTest, AFileInThePlaceOfAFolderIsAnError) {
    std::ofstream(temporary / "a") << "x";
    EXPECT_THAT(refusal("a/b"), HasSubstr("a: Not a directory"));
}

TEST_F(FolderTest, SymbolicLinksAreNotFollowed) {
    std::ofstream(outside / "victim") << "x";
    fs::create_symlink(outside / "victim", temporary / "file");
    fs::create_symlink(outside / "none", temporary / "dangling");
    fs::create_directory_symlink(outside.path(), temporary / "folder");
    EXPECT_THAT(refusal("file"), HasSubstr("symbolic link"));
    EXPECT_THAT(refusal("dangling"), HasSubstr("symbolic link"));
    EXPECT_NE(refusal("folder/new"), "opened");
    EXPECT_FALSE(fs::exists(outside / "none"));
    EXPECT_FALSE(fs::exists(outside / "new"));
}

TEST_F(FolderTest, PipesAndFoldersAreNoRecordings) {
    ASSERT_EQ(::mkfifo((temporary / "pipe").c_str(), 0600), 0);
    fs::create_directory(temporary / "folder");
    EXPECT_NE(refusal("pipe"), "opened");
    EXPECT_THAT(refusal("folder"), HasSubstr("Is a directory"));
}

TEST_F(FolderTest, OneFileIsNotRecordedTwiceAtOnce) {
    {
        const auto first = open("video.ts");
        ASSERT_TRUE(first);
        EXPECT_THAT(refusal("video.ts"), HasSubstr("already"));
        EXPECT_TRUE(open("other.ts"));
    }
    EXPECT_TRUE(open("video.ts"));
}

}  // namespace
}  // namespace relay::record
