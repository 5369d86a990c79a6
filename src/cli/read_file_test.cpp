// SPDX-License-Identifier: Apache-2.0
#include "cli/read_file.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <unistd.h>

namespace relay::cli {
namespace {

struct ReadFileTest : testing::Test {
    std::string path = testing::TempDir() + "relay-read-file-" + std::to_string(::getpid());
    ~ReadFileTest() override { std::remove(path.c_str()); }

    void write(const std::string& content) {
        std::FILE* file = std::fopen(path.c_str(), "w");
        ASSERT_NE(file, nullptr);
        ASSERT_EQ(std::fwrite(content.data(), 1, content.size(), file), content.size());
        ASSERT_EQ(std::fclose(file), 0);
    }
};

TEST_F(ReadFileTest, GivesTheWholeContent) {
    const std::string content = std::string(10'000, 'x') + '\0' + "end\n";
    write(content);
    EXPECT_EQ(read_file(path), content);
    write("");
    EXPECT_EQ(read_file(path), "");
}

TEST_F(ReadFileTest, SaysWhyThereIsNone) {
    EXPECT_EQ(read_file(path + "-absent").error().detail, "No such file or directory");
    EXPECT_EQ(read_file("/").error().detail, "Is a directory");
}

TEST_F(ReadFileTest, RefusesMoreThanAMebibyte) {
    write(std::string(1024 * 1024, 'x'));
    EXPECT_TRUE(read_file(path));
    write(std::string(1024 * 1024 + 1, 'x'));
    EXPECT_EQ(read_file(path).error().code, Errc::limit);
}

}  // namespace
}  // namespace relay::cli
