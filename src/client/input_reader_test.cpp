// SPDX-License-Identifier: Apache-2.0
#include "client/input_reader.hpp"

#include "base/temporary_folder_for_test.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <sys/ioctl.h>
#include <unistd.h>

namespace relay::client {
namespace {

using namespace std::chrono_literals;

struct InputReaderTest : testing::Test {
    boost::asio::io_context context;
    std::optional<Result<std::string>> piece;
    std::array<int, 2> pipe{-1, -1};

    InputReaderTest() { EXPECT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0); }
    ~InputReaderTest() override {
        ::close(pipe[0]);
        if (pipe[1] >= 0) ::close(pipe[1]);
    }

    InputReader::OnPiece keep() {
        return [this](Result<std::string> given) { piece = std::move(given); };
    }
    void put(std::string_view text) {
        ASSERT_EQ(::write(pipe[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    std::string next(InputReader& reader) {
        piece.reset();
        reader.want();
        while (!piece) {
            context.restart();
            context.run_for(10ms);
        }
        return piece->value_or("error");
    }
};

TEST_F(InputReaderTest, GivesAPieceForEachThatIsWanted) {
    InputReader reader(context, pipe[0], keep());
    put("one");
    EXPECT_EQ(next(reader), "one");
    put("two");
    EXPECT_EQ(next(reader), "two");
}

TEST_F(InputReaderTest, ReadsNothingThatIsNotWanted) {
    put("one");
    {
        InputReader reader(context, pipe[0], keep());
        context.run_for(20ms);
    }
    EXPECT_FALSE(piece);
    std::array<char, 8> rest{};
    EXPECT_EQ(::read(pipe[0], rest.data(), rest.size()), 3);
}

TEST_F(InputReaderTest, EmptyPieceIsTheEnd) {
    InputReader reader(context, pipe[0], keep());
    put("last");
    ::close(std::exchange(pipe[1], -1));
    EXPECT_EQ(next(reader), "last");
    EXPECT_EQ(next(reader), "");
    EXPECT_EQ(next(reader), "") << "and again";
}

TEST_F(InputReaderTest, ReadsFilesThatCannotBePolled) {
    const TemporaryFolder folder;
    const std::string path = (folder / "file").string();
    std::ofstream(path) << "content";
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    {
        InputReader reader(context, file, keep());
        EXPECT_EQ(next(reader), "content");
        EXPECT_EQ(next(reader), "");
    }
    ::close(file);
}

TEST_F(InputReaderTest, DescriptorThatCannotBeReadIsAnError) {
    InputReader reader(context, pipe[1], keep());
    ::close(std::exchange(pipe[0], ::dup(pipe[1])));  // no reader: the writing end is ready at once
    EXPECT_EQ(next(reader), "error");
}

TEST_F(InputReaderTest, EndsAtOnceWhileNothingComes) {
    InputReader reader(context, pipe[0], keep());
    reader.want();
}

TEST_F(InputReaderTest, PieceThatWasOnItsWayAtTheEndIsDropped) {
    {
        InputReader reader(context, pipe[0], keep());
        put("late");
        reader.want();
        // Until the thread has taken it out of the pipe.
        for (int unread = 1; unread > 0;) ASSERT_EQ(::ioctl(pipe[0], FIONREAD, &unread), 0);
    }
    context.run_for(1ms);
    EXPECT_FALSE(piece);
}

}  // namespace
}  // namespace relay::client
