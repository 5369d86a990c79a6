// SPDX-License-Identifier: Apache-2.0
#include "net/loopback.hpp"
#include "net/tuple_await.hpp"
#include "tunnel/local_descriptor_detail.hpp"

#include <climits>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <utility>

namespace relay::tunnel {
namespace {

using Transfer = LocalStream::Transfer;

// The most that everybody may have, pipe(7): both ends of a pipe work longer at a time.
constexpr int pipe_size = 1024 * 1024;

bool is_kind(int descriptor, mode_t kind) {
    struct stat status{};
    return ::fstat(descriptor, &status) == 0 && (status.st_mode & S_IFMT) == kind;
}

// An open file of our own for the same pipe, terminal or device, which may be non-blocking. A
// regular file has a position, which is to be shared as its owner expects.
FileDescriptor open_anew(const FileDescriptor& descriptor, LocalDescriptor::Use use) {
    if (is_kind(descriptor.number(), S_IFREG)) return {};
    const auto path = fmt::format("/proc/self/fd/{}", descriptor.number());
    const int access = use == LocalDescriptor::Use::read    ? O_RDONLY
                       : use == LocalDescriptor::Use::write ? O_WRONLY
                                                            : O_RDWR;
    return FileDescriptor(::open(path.c_str(), access | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
}

}  // namespace

LocalDescriptor::LocalDescriptor(const boost::asio::any_io_executor& executor,
                                 FileDescriptor descriptor, Use use)
    : descriptor_(executor) {
    if (is_kind(descriptor.number(), S_IFSOCK)) {
        kind_ = Kind::socket;
        constexpr int on = 1;  // refused by those that are not TCP
        ::setsockopt(descriptor.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        net::send_unpaced_on_loopback(descriptor.number());
    } else if (is_kind(descriptor.number(), S_IFREG)) {
        kind_ = Kind::plain;
    } else if (auto own = open_anew(descriptor, use)) {
        descriptor = std::move(own);
        kind_ = Kind::plain;
        ::fcntl(descriptor.number(), F_SETPIPE_SZ, pipe_size);  // refused by other than pipes
    }
    make_blocking_ = !(::fcntl(descriptor.number(), F_GETFL) & O_NONBLOCK);
    boost::system::error_code error;
    descriptor_.assign(descriptor.number(), error);
    if (error)
        unusable_ = error;
    else
        descriptor.release();
}

bool LocalDescriptor::would_wait(short event) {
    pollfd asked{.fd = number(), .events = event, .revents = 0};
    return kind_ == Kind::asked && ::poll(&asked, 1, 0) == 0;
}

// After a call that failed errno is looked at; one that took nothing, and did not fail, may wait.
Transfer LocalDescriptor::outcome(long count) const {
    using Kind = Transfer::Kind;
    if (count > 0) return {Kind::moved, static_cast<std::size_t>(count), {}};
    if (count == 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return {Kind::would_block, 0, {}};
    return {Kind::failed, 0, std::error_code(errno, std::generic_category())};
}

Transfer LocalDescriptor::read_now(std::span<std::uint8_t> into) {
    if (unusable_) return {Transfer::Kind::failed, 0, unusable_};
    if (would_wait(POLLIN)) return {};
    const ssize_t count = kind_ == Kind::socket
                              ? ::recv(number(), into.data(), into.size(), MSG_DONTWAIT)
                              : ::read(number(), into.data(), into.size());
    // A terminal that is gone gives EIO.
    const bool hung_up = count < 0 && errno == EIO && kind_ != Kind::socket;
    if (count == 0 || hung_up) return {Transfer::Kind::ended, 0, {}};
    return outcome(count);
}

Transfer LocalDescriptor::write_now(std::span<const std::uint8_t> bytes) {
    if (unusable_) return {Transfer::Kind::failed, 0, unusable_};
    if (would_wait(POLLOUT)) return {};
    // So much a pipe takes without waiting when it takes any, pipe(7).
    if (kind_ == Kind::asked) bytes = bytes.first(std::min<std::size_t>(bytes.size(), PIPE_BUF));
    return outcome(kind_ == Kind::socket
                       ? ::send(number(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                       : ::write(number(), bytes.data(), bytes.size()));
}

// Regular files and some devices cannot be waited for, and need not be: that is an error which
// comes by the event queue, so that others have their turn.
boost::asio::awaitable<void> LocalDescriptor::ready(Wait wait) {
    co_await descriptor_.async_wait(wait, net::tuple_await);
}

bool LocalDescriptor::end_writing() {
    return kind_ == Kind::socket && ::shutdown(number(), SHUT_WR) == 0;
}

void LocalDescriptor::reset() {
    if (!is_open()) return;
    if (kind_ != Kind::socket) {
        restore_mode();
        descriptor_.release();
        return;
    }
    constexpr linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
}

void LocalDescriptor::close() {
    if (!is_open()) return;
    restore_mode();
    boost::system::error_code ignored;
    descriptor_.close(ignored);
}

void LocalDescriptor::restore_mode() {
    if (make_blocking_) ::fcntl(number(), F_SETFL, ::fcntl(number(), F_GETFL) & ~O_NONBLOCK);
}

}  // namespace relay::tunnel
