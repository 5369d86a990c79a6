// SPDX-License-Identifier: Apache-2.0
#include "cli/check_book.hpp"

#include "base/temporary_folder_for_test.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <unistd.h>

namespace relay::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct CheckBookTest : testing::Test {
    TemporaryFolder folder;
    book::Config config = usable();

    book::Config usable() {
        book::Config made;
        made.audience = "https://lab.example/book";
        made.secret = Secret(std::string(32, 's'));
        made.state_dir = folder.path();
        return made;
    }
    std::string refusal() {
        const auto checked = check_book(config);
        return checked ? "" : checked.error().detail;
    }
};

TEST_F(CheckBookTest, FindsNothingWrongWithWhatWorks) {
    EXPECT_THAT(check_book(config).value(), IsEmpty());
    config.state_dir = folder / "made later" / "by the server";
    EXPECT_THAT(check_book(config).value(), IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(folder / "made later"));
    config.database = "sqlite:" + (folder / "b.db").string();
    EXPECT_THAT(check_book(config).value(), IsEmpty());
}

TEST_F(CheckBookTest, ARelativePathIsOneOfTheCurrentFolder) {
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    config.state_dir = "state";
    EXPECT_EQ(refusal(), "");
    config.state_dir = "";
    EXPECT_EQ(refusal(), "");
    config.database = "sqlite:b.db";
    EXPECT_EQ(refusal(), "");
    std::filesystem::current_path(before);
}

TEST_F(CheckBookTest, TheAudienceIsAWebAddress) {
    for (const char* wrong : {"", "lab.example", "wss://lab.example", "https://", "https:///book",
                              "http://:8080", "https://lab example"}) {
        config.audience = wrong;
        EXPECT_THAT(refusal(), HasSubstr("audience: expected")) << wrong;
    }
}

TEST_F(CheckBookTest, ShortSecretsWarnAndEmptyOnesAreRefused) {
    config.secret = Secret("short");
    config.keys = {Secret("spring=short")};
    config.relay_secret = Secret("short");
    EXPECT_THAT(check_book(config).value(),
                ElementsAre(HasSubstr("the secret is shorter"), HasSubstr("key 'spring'"),
                            HasSubstr("relay-secret: the secret is shorter")));
    config.secret = Secret();
    EXPECT_THAT(refusal(), HasSubstr("empty"));
}

TEST_F(CheckBookTest, TheDatabaseHasToBeSqliteSomewhereWritable) {
    for (const char* wrong : {"postgres://db/book", "sqlite:", "/var/lib/book.db"}) {
        config.database = wrong;
        EXPECT_EQ(refusal(), "database: expected sqlite:PATH") << wrong;
    }
    std::ofstream(folder / "file") << "x";
    config.database = "";
    config.state_dir = folder / "file";
    EXPECT_THAT(refusal(), HasSubstr("state-dir: "));
    EXPECT_THAT(refusal(), HasSubstr("Not a directory"));
    config.database = "sqlite:" + (folder / "file" / "book.db").string();
    EXPECT_THAT(refusal(), HasSubstr("database: "));
}

TEST_F(CheckBookTest, AFolderThatMayNotBeWrittenIsRefused) {
    if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
    std::filesystem::permissions(
        folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    EXPECT_THAT(refusal(), HasSubstr("Permission denied"));
    std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}

}  // namespace
}  // namespace relay::cli
