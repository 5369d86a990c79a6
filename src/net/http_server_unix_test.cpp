// SPDX-License-Identifier: Apache-2.0
#include "base/temporary_folder_for_test.hpp"
#include "net/http_server.hpp"
#include "net/io_threads.hpp"
#include "net/test_socket.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sys/stat.h>
#include <sys/un.h>

// The HTTP server on sockets of this machine alone.
namespace relay::net {
namespace {

using boost::asio::awaitable;
using test::TestSocket;
using testing::EndsWith;
using testing::HasSubstr;

FileDescriptor unix_socket(const std::filesystem::path& path,
                           int (*join)(int, const sockaddr*, socklen_t)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (join(socket.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("no socket at " + path.string());
    return socket;
}

awaitable<void> tell_address(HttpExchange& exchange) {
    co_await exchange.respond({.body = exchange.request().remote_address});
}

struct HttpServerUnixTest : testing::Test {
    TemporaryFolder folder;
    std::filesystem::path path = folder / "relay.sock";
    IoThreads threads{1};
    HttpServer server{threads, tell_address};
};

TEST_F(HttpServerUnixTest, AnswersOnASocketForItsOwnerAndGroup) {
    ASSERT_TRUE(server.listen_on_unix_socket(path));
    TestSocket client(unix_socket(path, ::connect));
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.read_answer(), EndsWith("\r\n\r\nunix"));
    struct stat found{};
    ASSERT_EQ(::stat(path.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0660U);
}

TEST_F(HttpServerUnixTest, RemovesItsSocketAtTheEndButNoOther) {
    ASSERT_TRUE(server.listen_on_unix_socket(path));
    server.stop();
    EXPECT_FALSE(std::filesystem::exists(path));

    HttpServer next(threads, tell_address);
    ASSERT_TRUE(next.listen_on_unix_socket(path));
    std::filesystem::remove(path);
    std::ofstream(path) << "somebody else's";
    next.stop();
    EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(HttpServerUnixTest, ReplacesASocketThatNobodyServes) {
    {
        const FileDescriptor killed = unix_socket(path, ::bind);
    }  // its file stays
    ASSERT_TRUE(std::filesystem::exists(path));
    EXPECT_TRUE(server.listen_on_unix_socket(path));
}

TEST_F(HttpServerUnixTest, LeavesASocketThatIsServedAndOtherFilesAlone) {
    ASSERT_TRUE(server.listen_on_unix_socket(path));
    HttpServer second(threads, tell_address);
    const auto taken = second.listen_on_unix_socket(path);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Errc::unavailable);
    EXPECT_THAT(taken.error().detail, HasSubstr("another program serves it"));

    std::ofstream(folder / "file") << "precious";
    const auto file = second.listen_on_unix_socket(folder / "file");
    ASSERT_FALSE(file);
    EXPECT_THAT(file.error().detail, HasSubstr("not a socket"));
    EXPECT_EQ(std::filesystem::file_size(folder / "file"), 8U);
}

// A blocking connect would wait for it for ever.
TEST_F(HttpServerUnixTest, DoesNotWaitForAProgramThatAcceptsNobody) {
    const FileDescriptor deaf = unix_socket(path, ::bind);
    ASSERT_EQ(::listen(deaf.number(), 0), 0);
    const FileDescriptor first = unix_socket(path, ::connect);  // fills the queue
    const auto taken = server.listen_on_unix_socket(path);
    ASSERT_FALSE(taken);
    EXPECT_THAT(taken.error().detail, HasSubstr("another program serves it"));
}

TEST_F(HttpServerUnixTest, RefusesPathsThatSocketsCannotHave) {
    EXPECT_EQ(server.listen_on_unix_socket("").error().code, Errc::invalid);
    EXPECT_EQ(server.listen_on_unix_socket(folder / std::string(108, 'x')).error().code,
              Errc::invalid);
    EXPECT_EQ(server.listen_on_unix_socket(folder / "none/x").error().code, Errc::unavailable);
}

}  // namespace
}  // namespace relay::net
