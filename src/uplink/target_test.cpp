// SPDX-License-Identifier: Apache-2.0
#include "uplink/target.hpp"

#include "base/random.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace relay::uplink {
namespace {

using testing::HasSubstr;
using testing::Not;

class TargetTest : public testing::Test {
protected:
    ~TargetTest() override { std::filesystem::remove(file_); }

    Result<Secret> token_of(std::string_view contents) {
        std::ofstream(file_, std::ios::binary) << contents;
        return current_token(*make_target("https://a.test/session/x", Secret(), file_));
    }

    std::filesystem::path file_ =
        std::filesystem::temp_directory_path() / ("relay-token-" + random_uuid());
};

TEST_F(TargetTest, is_an_access_url_with_a_token_or_a_websocket_url_without) {
    EXPECT_FALSE(make_target("https://a.test/session/x", Secret("t"), "")->is_direct());
    EXPECT_FALSE(make_target("http://a.test/session/x", Secret(), "token.txt")->is_direct());
    EXPECT_TRUE(make_target("ws://127.0.0.1:8888/ws/data", Secret(), "")->is_direct());
}

TEST_F(TargetTest, may_be_several_urls_that_stand_in_for_each_other) {
    const auto target =
        make_target(" https://a.test/session/x\thttp://b.test/y\n", Secret("t"), "");
    ASSERT_TRUE(target) << target.error().detail;
    ASSERT_EQ(target->urls.size(), 2u);
    EXPECT_EQ(target->urls[0].without_query(), "https://a.test/session/x");
    EXPECT_EQ(target->urls[1].without_query(), "http://b.test/y");
    EXPECT_TRUE(make_target("ws://a.test/ wss://b.test/", Secret(), "")->is_direct());
}

TEST_F(TargetTest, refuses_other_combinations_with_the_reason) {
    const auto refused = [](const char* url, const char* token, const char* file) {
        const auto target = make_target(url, Secret(token), file);
        return target ? "accepted" : target.error().detail;
    };
    EXPECT_THAT(refused("https://a.test/", "", ""), HasSubstr("needs a token"));
    EXPECT_THAT(refused("https://a.test/", "t", "f"), HasSubstr("not both"));
    EXPECT_THAT(refused("wss://a.test/", "t", ""), HasSubstr("takes no token"));
    EXPECT_THAT(refused("wss://a.test/", "", "f"), HasSubstr("takes no token"));
    EXPECT_THAT(refused("a.test", "t", ""), HasSubstr("URL"));
    EXPECT_THAT(refused("", "t", ""), HasSubstr("URL"));
    EXPECT_THAT(refused(" \n", "t", ""), HasSubstr("URL"));
    EXPECT_THAT(refused("https://a.test/ nonsense", "t", ""), HasSubstr("URL"));
    EXPECT_THAT(refused("https://a.test/ wss://b.test/", "t", ""), HasSubstr("stand in"));
    EXPECT_THAT(refused("wss://b.test/ https://a.test/", "", ""), HasSubstr("stand in"));
}

TEST_F(TargetTest, reads_the_token_file_anew_each_time) {
    EXPECT_EQ(token_of("aaa.bbb.ccc\n")->reveal(), "aaa.bbb.ccc");
    EXPECT_EQ(token_of("\r\n ddd.eee.fff \r\n")->reveal(), "ddd.eee.fff");
}

TEST_F(TargetTest, refuses_token_files_that_would_break_the_request_without_quoting_them) {
    for (const char* contents : {"", " \n", "secret\r\nX-Evil: 1", "secret two", "secret\x01"}) {
        const auto token = token_of(contents);
        ASSERT_FALSE(token) << contents;
        EXPECT_EQ(token.error().code, Errc::invalid);
        EXPECT_THAT(token.error().detail, HasSubstr(file_.string()));
        EXPECT_THAT(token.error().detail, Not(HasSubstr("secret")));
    }
    EXPECT_THAT(token_of(std::string(20'000, 'x')).error().detail, HasSubstr("too long"));
}

TEST_F(TargetTest, says_which_file_cannot_be_read) {
    for (const auto& path : {file_, std::filesystem::temp_directory_path()}) {
        const auto token = current_token(*make_target("https://a.test/", Secret(), path));
        ASSERT_FALSE(token) << path;
        EXPECT_EQ(token.error().code, Errc::unavailable);
        EXPECT_THAT(token.error().detail, HasSubstr(path.string()));
    }
}

}  // namespace
}  // namespace relay::uplink
