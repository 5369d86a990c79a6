// SPDX-License-Identifier: Apache-2.0
#include "shell_client/local_listener.hpp"

#include "base/temporary_folder_for_test.hpp"
#include "net/test_peer.hpp"
#include "net/test_socket.hpp"

#include <gmock/gmock.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace relay::shell_client {
namespace {

using namespace net::test;
using testing::HasSubstr;
using testing::StartsWith;

FileDescriptor connect_to(const std::filesystem::path& path) {
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(socket.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("no socket at " + path.string());
    return socket;
}

std::uint16_t port_of(const LocalListener& listener) {
    const std::string& address = listener.address();
    return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

struct LocalListenerTest : testing::Test {
    Result<LocalListener> open(const std::string& listen, std::uint16_t port = 0) {
        return LocalListener::open(loop.context(), listen, port);
    }

    TemporaryFolder folder;
    std::filesystem::path path = folder / "spin30";
    Loop loop;
};

TEST_F(LocalListenerTest, AcceptsOnAnAddress) {
    auto listener = open("127.0.0.1").value();
    EXPECT_THAT(listener.address(), StartsWith("127.0.0.1:"));
    TestSocket client(port_of(listener));
    const auto accepted = loop.await(listener.accept());
    ASSERT_TRUE(accepted);
    ASSERT_EQ(::write(accepted->number(), "hello", 5), 5);
    EXPECT_EQ(client.read(5), "hello");
}

TEST_F(LocalListenerTest, AcceptsOnASocketForThisUserAloneAndRemovesIt) {
    {
        auto listener = open("unix:" + path.string()).value();
        EXPECT_EQ(listener.address(), "unix:" + path.string());
        struct stat found{};
        ASSERT_EQ(::stat(path.c_str(), &found), 0);
        EXPECT_EQ(found.st_mode & 0777U, 0600U);
        const FileDescriptor client = connect_to(path);
        EXPECT_TRUE(loop.await(listener.accept()));
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(LocalListenerTest, ReplacesASocketThatNobodyServesAndNoOther) {
    {
        FileDescriptor stale(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.string().copy(address.sun_path, sizeof address.sun_path - 1);
        ASSERT_EQ(::bind(stale.number(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    const auto listener = open("unix:" + path.string());
    ASSERT_TRUE(listener) << listener.error().detail;
    const auto second = open("unix:" + path.string());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::unavailable);
    EXPECT_THAT(second.error().detail, HasSubstr("another program serves it"));
}

TEST_F(LocalListenerTest, RefusesWhatIsNoAddressAndWhatIsTaken) {
    EXPECT_EQ(open("nowhere").error().code, Errc::invalid);
    const auto listener = open("127.0.0.1").value();
    EXPECT_EQ(open("127.0.0.1", port_of(listener)).error().code, Errc::unavailable);
}

TEST_F(LocalListenerTest, AcceptingEndsWhenItIsClosed) {
    auto listener = open("127.0.0.1").value();
    asio::post(loop.context(), [&] { listener.close(); });
    EXPECT_EQ(loop.await(listener.accept()).error().code, Errc::interrupted);
}

TEST_F(LocalListenerTest, SaysWhenTheSystemHasNoDescriptorLeft) {
    auto listener = open("127.0.0.1").value();
    TestSocket client(port_of(listener));
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{.rlim_cur = 3, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const auto refused = loop.await(listener.accept());
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::limit);
    EXPECT_TRUE(loop.await(listener.accept())) << "it was only delayed";
}

}  // namespace
}  // namespace relay::shell_client
