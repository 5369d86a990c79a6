// SPDX-License-Identifier: Apache-2.0
#include "book_client/text_file.hpp"

#include "base/temporary_folder_for_test.hpp"

#include <gmock/gmock.h>

namespace relay::book_client {
namespace {

using testing::HasSubstr;

TEST(TextFile, IsReadAsItWasWritten) {
    const TemporaryFolder folder;
    const std::string text = std::string(200'000, 'x') + '\0' + "\r\n";
    ASSERT_TRUE(write_file(folder / "a", text));
    EXPECT_EQ(read_file(folder / "a").value(), text);
    ASSERT_TRUE(write_file(folder / "a", ""));
    EXPECT_EQ(read_file(folder / "a").value(), "");
    EXPECT_FALSE(std::filesystem::exists(folder / "a.new"));
}

TEST(TextFile, ErrorsNameTheFileAndTheReason) {
    const TemporaryFolder folder;
    EXPECT_THAT(read_file(folder / "none").error().detail, HasSubstr("none: No such file"));
    EXPECT_THAT(read_file(folder.path()).error().detail, HasSubstr("Is a directory"));
    EXPECT_THAT(write_file(folder / "no" / "a", "x").error().detail, HasSubstr("No such file"));
    EXPECT_THAT(write_file(folder.path(), "x").error().detail, HasSubstr(folder.path().string()));
}

}  // namespace
}  // namespace relay::book_client
