// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/failure_log.hpp"

#include "base/log.hpp"
#include "base/temporary_folder_for_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

namespace relay::booking_sqlite {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct FailureLogTest : testing::Test {
    FailureLogTest() { EXPECT_TRUE(log::configure({.file = file.string()})); }
    ~FailureLogTest() override { EXPECT_TRUE(log::configure({})); }

    void works() { failures.note(std::nullopt, now); }
    void fails(const std::string& words = "disk full") { failures.note(words, now); }
    std::vector<std::string> lines() const {
        std::vector<std::string> found;
        std::ifstream stream(file);
        for (std::string line; std::getline(stream, line);) found.push_back(line);
        return found;
    }

    TemporaryFolder folder;
    std::filesystem::path file = folder / "relay.log";
    FailureLog failures{"cannot", "can again"};
    FailureLog::Time now;
};

TEST_F(FailureLogTest, what_works_is_not_told) {
    works();
    works();
    EXPECT_THAT(lines(), IsEmpty());
}

TEST_F(FailureLogTest, a_time_of_failures_is_told_once_in_full_and_so_is_its_end) {
    works();
    for (int request = 0; request < 100; ++request) {
        fails("/state/book.db: disk full");
        now += 10s;
    }
    works();
    works();
    EXPECT_THAT(lines(), ElementsAre(HasSubstr(R"("cannot","reason":"/state/book.db: disk full")"),
                                     HasSubstr("can again")));
}

TEST_F(FailureLogTest, failures_that_come_and_go_are_told_once_a_minute) {
    for (int request = 0; request < 61; ++request) {
        fails();
        works();
        now += 1s;
    }
    EXPECT_THAT(lines(), SizeIs(4));
}

}  // namespace
}  // namespace relay::booking_sqlite
