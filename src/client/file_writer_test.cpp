// SPDX-License-Identifier: Apache-2.0
#include "client/file_writer.hpp"

#include "base/temporary_folder_for_test.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace relay::client {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr auto deadline = 30s;

struct FileWriterTest : testing::Test {
    TemporaryFolder folder;
    std::promise<Error> failed;

    std::string path(std::string_view name = "log") const { return (folder / name).string(); }

    std::unique_ptr<FileWriter> open(const std::string& at, std::size_t most_waiting = 1 << 20) {
        auto writer = FileWriter::open(
            at, [this](Error error) { failed.set_value(std::move(error)); }, most_waiting);
        EXPECT_TRUE(writer) << writer.error().detail;
        return std::move(*writer);
    }

    static std::string content(const std::string& at) {
        std::ostringstream text;
        text << std::ifstream(at).rdbuf();
        return text.str();
    }
};

TEST_F(FileWriterTest, AppendsEverythingInOrder) {
    std::ofstream(path()) << "before\n";
    auto writer = open(path());
    std::string expected = "before\n";
    for (int number = 0; number < 1000; ++number) {
        const std::string line = std::to_string(number) + "\n";
        writer->write(line);
        expected += line;
    }
    EXPECT_TRUE(writer->close(deadline));
    EXPECT_EQ(content(path()), expected);
}

TEST_F(FileWriterTest, FileThatCannotBeOpenedIsNamed) {
    const auto writer = FileWriter::open(path("absent/log"), nullptr);
    ASSERT_FALSE(writer);
    EXPECT_THAT(writer.error().detail, HasSubstr("cannot open " + path("absent/log")));
    EXPECT_THAT(writer.error().detail, HasSubstr("No such file or directory"));
}

TEST_F(FileWriterTest, ReopenedFileTakesWhatIsWrittenAfterwards) {
    auto writer = open(path());
    writer->write("old\n");
    std::filesystem::rename(path(), path("log.1"));
    writer->reopen();
    while (!std::filesystem::exists(path())) std::this_thread::yield();
    writer->write("new\n");
    EXPECT_TRUE(writer->close(deadline));
    EXPECT_EQ(content(path("log.1")), "old\n");
    EXPECT_EQ(content(path()), "new\n");
}

TEST_F(FileWriterTest, FileThatCannotBeReopenedIsAFailure) {
    std::filesystem::create_directory(path("sub"));
    auto writer = open(path("sub/log"));
    std::filesystem::remove_all(path("sub"));
    writer->reopen();
    EXPECT_THAT(failed.get_future().get().detail, HasSubstr("cannot open"));
    EXPECT_FALSE(writer->close(deadline));
}

TEST_F(FileWriterTest, FullDiskIsAFailureThatIsToldOnce) {
    auto writer = open("/dev/full");
    writer->write("x");
    EXPECT_THAT(failed.get_future().get().detail, HasSubstr("No space left on device"));
    writer->write("y");
    const auto closed = writer->close(deadline);
    ASSERT_FALSE(closed);
    EXPECT_THAT(closed.error().detail, HasSubstr("cannot write to /dev/full"));
}

// A pipe that nobody reads, held open so that writing blocks.
struct StuckFileWriterTest : FileWriterTest {
    std::string pipe = path("pipe");
    int reader = -1;
    std::unique_ptr<FileWriter> writer;

    StuckFileWriterTest() {
        EXPECT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
        reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        writer = open(pipe);
    }
    ~StuckFileWriterTest() override {
        if (reader >= 0) ::close(reader);
    }
};

TEST_F(StuckFileWriterTest, MoreThanTheBoundWaitingIsAFailure) {
    const std::string piece(64 * 1024, 'x');
    auto told = failed.get_future();
    for (int number = 0; number < 18; ++number) writer->write(piece);
    EXPECT_EQ(told.wait_for(deadline), std::future_status::ready);
    EXPECT_THAT(told.get().detail, HasSubstr("took too little"));
}

TEST_F(StuckFileWriterTest, ClosingGivesUpAfterTheLimit) {
    writer->write(std::string(512 * 1024, 'x'));
    EXPECT_TRUE(writer->busy());
    const auto closed = writer->close(10ms);
    ASSERT_FALSE(closed);
    EXPECT_THAT(closed.error().detail, HasSubstr("gave up on 524288 bytes"));
}

TEST_F(StuckFileWriterTest, ReaderThatReadsAgainGetsEverything) {
    writer->write(std::string(512 * 1024, 'x'));
    auto read = std::async(std::launch::async, [this] {
        ::fcntl(reader, F_SETFL, 0);  // blocking
        std::size_t total = 0;
        std::string buffer(65536, ' ');
        while (const auto count = ::read(reader, buffer.data(), buffer.size())) {
            if (count < 0) break;
            total += static_cast<std::size_t>(count);
        }
        return total;
    });
    EXPECT_TRUE(writer->close(deadline));
    EXPECT_EQ(read.get(), 512u * 1024u);
}

}  // namespace
}  // namespace relay::client
