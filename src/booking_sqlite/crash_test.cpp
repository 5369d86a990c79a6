// SPDX-License-Identifier: Apache-2.0
#include "base/file_descriptor.hpp"
#include "booking_sqlite/load_for_test.hpp"
#include "booking_sqlite/store_for_test.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

// A process that is killed while it writes: nothing acknowledged is lost, nothing is torn.
namespace relay::booking_sqlite {
namespace {

constexpr int clients = 8;

// The process that is going to be killed. It tells each acknowledged booking as a line.
class Victim {
public:
    Victim(std::filesystem::path file, int round, int output)
        : file_(std::move(file)), round_(round), output_(output) {}

    [[noreturn]] void run() {
        tell("opening");
        auto store = open(file_);
        if (!store) {
            tell("failed: " + store.error().detail);
            ::_exit(1);
        }
        store_ = std::move(*store);
        for (int client = 0; client < clients; ++client) write_next(client, 0);
        for (;;) ::pause();
    }

private:
    // One after the other, as a client that waits for its answer.
    void write_next(int client, int number) {
        const std::string name =
            std::to_string(round_) + "." + std::to_string(client) + "." + std::to_string(number);
        const std::int64_t second = std::int64_t{round_} * 1'000'000 + number;
        store_->write(
            [=](booking::Transaction& unit) { return write_booking(unit, name, client, second); },
            [=, this](const Result<void>& done) {
                tell(done ? name : "failed: " + done.error().detail);
                write_next(client, number + 1);
            });
    }
    void tell(const std::string& text) const {
        const std::string line = text + "\n";
        if (::write(output_, line.data(), line.size()) < 0) ::_exit(1);
    }

    std::filesystem::path file_;
    int round_;
    int output_;
    std::unique_ptr<booking::Store> store_;
};

// The lines of a victim that is killed after so many of them.
std::vector<std::string> lines_until_killed(const std::filesystem::path& file, int round,
                                            int lines) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const FileDescriptor input(ends[0]);
    FileDescriptor output(ends[1]);
    const pid_t child = ::fork();
    if (child == 0) Victim(file, round, output.number()).run();
    output = FileDescriptor();

    std::string told;
    char buffer[4096];
    bool is_killed = false;
    for (ssize_t size = 0; (size = ::read(input.number(), buffer, sizeof buffer)) > 0;) {
        told.append(buffer, static_cast<std::size_t>(size));
        if (is_killed || std::ranges::count(told, '\n') <= lines) continue;
        ::kill(child, SIGKILL);
        is_killed = true;
    }
    EXPECT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_TRUE(is_killed) << told;

    std::vector<std::string> complete;
    for (std::size_t end = 0; (end = told.find('\n')) != std::string::npos;) {
        complete.push_back(told.substr(0, end));
        told.erase(0, end + 1);
    }
    return complete;
}

int rounds() {
    const char* text = std::getenv("RELAY_BOOKING_KILLS");
    return text ? std::atoi(text) : 10;
}

TEST(Crash, nothing_acknowledged_is_lost_and_nothing_is_torn) {
    const TemporaryFolder folder;
    constexpr int rounds_of_file = 50;  // each round reads all of it
    std::filesystem::path file;
    std::mt19937 random(std::random_device{}());
    std::set<std::string> expected;  // of earlier rounds, acknowledged or not
    std::size_t acknowledged = 0;
    for (int round = 1; round <= rounds(); ++round) {
        if (round % rounds_of_file == 1) {
            file = folder / (std::to_string(round) + ".db");
            ASSERT_TRUE(put_rigs(*open(file).value(), clients));
            expected.clear();
        }
        // Some are killed while they still open the file.
        const int most = round % 10 == 0 ? 0 : 150;
        const int lines = std::uniform_int_distribution(0, most)(random);
        for (const std::string& line : lines_until_killed(file, round, lines)) {
            ASSERT_FALSE(line.starts_with("failed")) << line;
            if (line == "opening") continue;
            expected.insert(line);
            ++acknowledged;
        }
        const auto store = open(file);
        ASSERT_TRUE(store) << store.error().detail;
        const std::set<std::string> written = written_bookings(**store);
        ASSERT_TRUE(std::ranges::includes(written, expected)) << "round " << round;
        // Each client waits for one answer: no more than that can be there unacknowledged.
        ASSERT_LE(written.size(), expected.size() + clients) << "round " << round;
        expected = written;
    }
    EXPECT_GT(acknowledged, 0U);
}

TEST(Crash, a_file_that_was_never_finished_is_begun_anew) {
    const TemporaryFolder folder;
    for (int round = 1; round <= 5; ++round) {
        const auto file = folder / ("book" + std::to_string(round) + ".db");
        for (const std::string& line : lines_until_killed(file, round, 0))
            EXPECT_FALSE(line.starts_with("failed: /")) << line;
        EXPECT_TRUE(open(file));
    }
}

}  // namespace
}  // namespace relay::booking_sqlite
