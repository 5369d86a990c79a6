// SPDX-License-Identifier: Apache-2.0
#include "tunnel/local_stream.hpp"

#include "base/temporary_folder_for_test.hpp"
#include "tunnel/application_for_test.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <pty.h>
#include <sys/eventfd.h>

namespace relay::tunnel {
namespace {

using namespace test;
using Kind = LocalStream::Transfer::Kind;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

FileDescriptor copy_of(const FileDescriptor& descriptor) {
    return FileDescriptor(::fcntl(descriptor.number(), F_DUPFD_CLOEXEC, 0));
}

bool is_non_blocking(const FileDescriptor& descriptor) {
    return ::fcntl(descriptor.number(), F_GETFL) & O_NONBLOCK;
}

struct Pipe {
    FileDescriptor output, input;  // of the pipe
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

struct LocalStreamTest : testing::Test {
    asio::any_io_executor executor() { return loop.context().get_executor(); }

    LocalStream::Transfer read(LocalStream& stream) {
        const auto transfer = stream.read_now(room);
        text.assign(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(transfer.count));
        return transfer;
    }
    // All up to the end; what is read says more when something fails.
    std::string read_to_end(LocalStream& stream) {
        return loop.await([](LocalStreamTest& test, LocalStream& from) -> awaitable<std::string> {
            std::string all;
            for (;;) {
                co_await from.readable();
                const auto transfer = test.read(from);
                all += test.text;
                if (transfer.kind == Kind::failed) co_return transfer.failure.message();
                if (transfer.kind == Kind::ended) co_return all;
            }
        }(*this, stream));
    }
    void write_all(LocalStream& stream, std::string_view all) {
        loop.await([](LocalStream& to, std::string_view rest) -> awaitable<bool> {
            while (!rest.empty()) {
                const auto transfer = to.write_now(bytes_of(rest));
                if (transfer.kind == Kind::failed)
                    throw std::runtime_error(transfer.failure.message());
                rest.remove_prefix(transfer.count);
                if (transfer.kind == Kind::would_block) co_await to.writable();
            }
            co_return true;
        }(stream, all));
    }
    // Whether the wait comes back by itself.
    void expect_return(awaitable<void> wait, const std::function<void()>& meanwhile) {
        bool returned = false;
        asio::co_spawn(loop.context(), std::move(wait),
                       [&](std::exception_ptr) { returned = true; });
        asio::post(loop.context(), meanwhile);
        loop.run_until([&] { return returned; });
    }

    Loop loop;
    std::array<std::uint8_t, 1000> room{};
    std::string text;
};

TEST_F(LocalStreamTest, ReadsWhatIsThereAndSaysWhenThereIsNothing) {
    for (const bool tcp : {false, true}) {
        auto [ours, theirs] = tcp ? tcp_pair() : unix_pair();
        LocalStream stream(executor(), std::move(ours));
        EXPECT_EQ(read(stream).kind, Kind::would_block);
        expect_return(stream.readable(), [&] { EXPECT_EQ(::write(theirs.number(), "abc", 3), 3); });
        EXPECT_EQ(read(stream).kind, Kind::moved);
        EXPECT_EQ(text, "abc");
        EXPECT_EQ(read(stream).kind, Kind::would_block);
        ::shutdown(theirs.number(), SHUT_WR);
        EXPECT_EQ(read_to_end(stream), "");
        EXPECT_TRUE(stream.is_open()) << "the other direction goes on";
    }
}

TEST_F(LocalStreamTest, WritesWhatIsTakenAndGoesOnWhenThereIsRoom) {
    auto [ours, theirs] = tcp_pair();
    LocalStream stream(executor(), std::move(ours));
    Application reader(loop.context(), std::move(theirs), false);
    const std::string sent = random_text(3'000'000);
    std::size_t count = 0;
    for (LocalStream::Transfer transfer;; count += transfer.count) {
        transfer = stream.write_now(bytes_of(std::string_view(sent).substr(count)));
        if (transfer.kind != Kind::moved) {
            ASSERT_EQ(transfer.kind, Kind::would_block);
            break;
        }
    }
    ASSERT_GT(count, 0u);
    ASSERT_LT(count, sent.size());
    reader.read();
    write_all(stream, std::string_view(sent).substr(count));
    stream.end_writing();
    loop.run_until([&] { return reader.ended; });
    EXPECT_TRUE(reader.received == sent);
}

TEST_F(LocalStreamTest, TheOtherDirectionGoesOnWhenOneHasEnded) {
    auto [ours, theirs] = tcp_pair();
    LocalStream stream(executor(), std::move(ours));
    Application peer(loop.context(), std::move(theirs));
    stream.end_writing();
    loop.run_until([&] { return peer.ended; });
    peer.write("answer", true);
    EXPECT_EQ(read_to_end(stream), "answer");
}

TEST_F(LocalStreamTest, AResetIsAnErrorForThePeerAndClosingIsNone) {
    for (const bool reset : {false, true}) {
        auto [ours, theirs] = tcp_pair();
        LocalStream stream(executor(), std::move(ours));
        Application peer(loop.context(), std::move(theirs));
        reset ? stream.reset() : stream.close();
        EXPECT_FALSE(stream.is_open());
        loop.run_until([&] { return peer.ended || peer.failed; });
        EXPECT_EQ(peer.failed, reset);
    }
}

TEST_F(LocalStreamTest, AResetOfThePeersIsAnError) {
    auto [ours, theirs] = tcp_pair();
    LocalStream stream(executor(), std::move(ours));
    Application peer(loop.context(), std::move(theirs), false);
    expect_return(stream.readable(), [&] { peer.reset(); });
    const auto transfer = read(stream);
    EXPECT_EQ(transfer.kind, Kind::failed);
    EXPECT_EQ(transfer.failure, std::errc::connection_reset);
    EXPECT_EQ(stream.write_now(bytes_of("x")).failure, std::errc::broken_pipe);
}

TEST_F(LocalStreamTest, WaitsReturnWhenItIsClosedAndWhenItIsDestroyed) {
    for (const bool destroyed : {false, true}) {
        auto [ours, theirs] = unix_pair();
        std::optional<LocalStream> stream(std::in_place, executor(), std::move(ours));
        expect_return(stream->readable(), [&] { destroyed ? stream.reset() : stream->close(); });
    }
}

TEST_F(LocalStreamTest, LeavesTheModeOfSharedDescriptorsAlone) {
    auto [output, input] = make_pipe();
    auto [ours, theirs] = unix_pair();
    const FileDescriptor others_output = copy_of(output);
    const FileDescriptor others_socket = copy_of(ours);
    LocalStream stream(executor(), std::move(output), std::move(ours));
    EXPECT_EQ(read(stream).kind, Kind::would_block);
    expect_return(stream.readable(), [&] { EXPECT_EQ(::write(input.number(), "a", 1), 1); });
    EXPECT_EQ(stream.write_now(bytes_of("b")).kind, Kind::moved);
    expect_return(stream.writable(), [] {});
    stream.close();
    EXPECT_FALSE(is_non_blocking(others_output));
    EXPECT_FALSE(is_non_blocking(others_socket));
}

TEST_F(LocalStreamTest, CarriesPipesOfAnySizeAndEndsThem) {
    auto [their_output, our_input] = make_pipe();
    auto [our_output, their_input] = make_pipe();
    LocalStream stream(executor(), std::move(our_output), std::move(our_input));
    const std::string sent = random_text(500'000);  // more than a pipe holds

    LocalStream far_end(executor(), std::move(their_output), std::move(their_input));
    asio::co_spawn(
        loop.context(),
        [](LocalStream& from, std::string_view all) -> awaitable<void> {
            while (!all.empty()) {
                const LocalStream::Transfer transfer = from.write_now(bytes_of(all));
                all.remove_prefix(transfer.count);
                if (transfer.kind == Kind::would_block) co_await from.writable();
            }
            from.end_writing();
        }(stream, sent),
        asio::detached);
    EXPECT_TRUE(read_to_end(far_end) == sent);
    far_end.end_writing();
    EXPECT_EQ(read_to_end(stream), "");
}

TEST_F(LocalStreamTest, APipesReaderSeesNoEndWhenItIsReset) {
    auto [output, input] = make_pipe();
    auto [unused_output, unused_input] = make_pipe();
    std::optional<LocalStream> stream(std::in_place, executor(), std::move(unused_output),
                                      std::move(input));
    stream->reset();
    EXPECT_FALSE(stream->is_open());
    stream.reset();
    pollfd asked{.fd = output.number(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&asked, 1, 0), 0) << "neither bytes nor an end";
}

TEST_F(LocalStreamTest, APipeThatNobodyReadsAnyMoreIsAnErrorAndNoSignal) {
    std::signal(SIGPIPE, SIG_IGN);
    auto [output, input] = make_pipe();
    auto [unused_output, unused_input] = make_pipe();
    LocalStream stream(executor(), std::move(unused_output), std::move(input));
    output = {};
    EXPECT_EQ(stream.write_now(bytes_of("x")).failure, std::errc::broken_pipe);
}

TEST_F(LocalStreamTest, ReadsAndWritesFilesFromWhereTheyStand) {
    const TemporaryFolder folder;
    std::ofstream(folder / "in") << "skipped, read";
    FileDescriptor input(::open((folder / "in").c_str(), O_RDONLY | O_CLOEXEC));
    ::lseek(input.number(), 9, SEEK_SET);
    FileDescriptor output(
        ::open((folder / "out").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    ASSERT_EQ(::write(output.number(), "first, ", 7), 7);
    const FileDescriptor others_input = copy_of(input);
    LocalStream stream(executor(), std::move(input), std::move(output));
    EXPECT_EQ(read_to_end(stream), "read");
    EXPECT_EQ(::lseek(others_input.number(), 0, SEEK_CUR), 13) << "for who reads on";
    write_all(stream, "second");
    stream.close();
    std::ifstream file(folder / "out");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "first, second");
}

TEST_F(LocalStreamTest, FilesLeaveOthersTheirTurn) {
    LocalStream stream(executor(), FileDescriptor(::open("/dev/zero", O_RDONLY | O_CLOEXEC)),
                       FileDescriptor(::open("/dev/null", O_WRONLY | O_CLOEXEC)));
    int turns = 0;
    bool other = false;
    asio::co_spawn(
        loop.context(),
        [](LocalStream& from, int& count) -> awaitable<void> {
            for (; count < 100; ++count) {
                co_await from.readable();
                co_await from.writable();
            }
        }(stream, turns),
        asio::detached);
    asio::post(loop.context(), [&] { other = true; });
    loop.run_until([&] { return other; });
    EXPECT_LT(turns, 100);
    loop.run_until([&] { return turns == 100; });
}

TEST_F(LocalStreamTest, ATerminalIsReadByLinesAndLeftAsItWas) {
    int leader = -1, terminal = -1;
    if (::openpty(&leader, &terminal, nullptr, nullptr, nullptr) != 0)
        GTEST_SKIP() << "no terminals here";
    FileDescriptor master(leader), other(terminal);
    LocalStream stream(executor(), copy_of(other), copy_of(other));
    EXPECT_EQ(read(stream).kind, Kind::would_block);
    expect_return(stream.readable(), [&] { EXPECT_EQ(::write(master.number(), "hi\n", 3), 3); });
    EXPECT_EQ(read(stream).kind, Kind::moved);
    EXPECT_EQ(text, "hi\n");
    write_all(stream, "there");
    EXPECT_FALSE(is_non_blocking(other));
    master = {};  // hangs up
    EXPECT_EQ(read_to_end(stream), "");
}

// As another user's pipe: then each call is preceded by a question.
TEST_F(LocalStreamTest, WhatCannotBeOpenedAnewDoesNotBlockEither) {
    FileDescriptor counter(::eventfd(0, EFD_CLOEXEC));
    const FileDescriptor other = copy_of(counter);
    LocalStream stream(executor(), copy_of(counter), copy_of(counter));
    EXPECT_EQ(read(stream).kind, Kind::would_block);
    const std::uint64_t one = 1, most = UINT64_MAX - 2;
    const auto write = [&](const std::uint64_t& number) {
        return stream.write_now({reinterpret_cast<const std::uint8_t*>(&number), sizeof number});
    };
    expect_return(stream.readable(), [&] { EXPECT_EQ(write(one).count, sizeof one); });
    EXPECT_EQ(write(most).kind, Kind::moved);
    EXPECT_EQ(write(one).kind, Kind::would_block);
    EXPECT_EQ(read(stream).kind, Kind::moved);
    stream.close();
    EXPECT_FALSE(is_non_blocking(other));
}

TEST_F(LocalStreamTest, LeavesTheModeOfSharedDescriptorsAloneWhenItIsReset) {
    FileDescriptor counter(::eventfd(0, EFD_CLOEXEC));
    const FileDescriptor other = copy_of(counter);
    LocalStream stream(executor(), copy_of(counter), std::move(counter));
    const std::uint64_t one = 1;
    expect_return(stream.readable(),
                  [&] { EXPECT_EQ(::write(other.number(), &one, sizeof one), 8); });
    stream.reset();
    EXPECT_FALSE(is_non_blocking(other));
}

}  // namespace
}  // namespace relay::tunnel
