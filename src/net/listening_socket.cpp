// SPDX-License-Identifier: Apache-2.0
#include "net/listening_socket.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <fmt/format.h>

#include <cstring>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace relay::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using local = asio::local::stream_protocol;
using boost::system::error_code;

namespace {

std::unexpected<Error> cannot_listen(const std::string& where, const std::string& reason) {
    return fail(Errc::unavailable, fmt::format("cannot listen on {}: {}", where, reason));
}

// Whether a program answers on the socket.
bool is_served(asio::io_context& context, const local::endpoint& endpoint) {
    local::socket probe(context);
    error_code failure;
    probe.open(local(), failure);
    probe.non_blocking(true, failure);  // does not wait for a program that accepts nobody
    probe.connect(endpoint, failure);
    return failure != asio::error::connection_refused;
}

// Makes way for a new socket; what is there and is not a forgotten socket stays.
Result<void> remove_stale(asio::io_context& context, const local::endpoint& endpoint) {
    const std::string path = endpoint.path();
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0) return {};
    if (!S_ISSOCK(found.st_mode)) return cannot_listen(path, "it is a file, not a socket");
    if (is_served(context, endpoint)) return cannot_listen(path, "another program serves it");
    ::unlink(path.c_str());
    return {};
}

}  // namespace

Result<Acceptor> listen_on_address(asio::io_context& context, const std::string& address,
                                   std::uint16_t port) {
    const auto failed = [&](const error_code& error) {
        return cannot_listen(fmt::format("{} port {}", address, port), error.message());
    };
    error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error) return fail(Errc::invalid, fmt::format("`{}` is not an IP address", address));
    const tcp::endpoint endpoint(ip, port);
    Acceptor acceptor(context);
    acceptor.open(endpoint.protocol(), error);
    // "Every address" of a machine whose kernel has no IPv6 is every one of IPv4.
    if (error == asio::error::address_family_not_supported && ip.is_v6() && ip.is_unspecified())
        return listen_on_address(context, "0.0.0.0", port);
    if (error) return failed(error);
    acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (ip.is_v6()) acceptor.set_option(asio::ip::v6_only(false), error);
    if (acceptor.bind(endpoint, error); error) return failed(error);
    if (acceptor.listen(asio::socket_base::max_listen_connections, error); error)
        return failed(error);
    return acceptor;
}

std::uint16_t port_of(const Acceptor& acceptor) {
    error_code ignored;
    const auto bound = acceptor.local_endpoint(ignored);
    tcp::endpoint endpoint;
    if (bound.size() > endpoint.capacity()) return 0;
    std::memcpy(endpoint.data(), bound.data(), bound.size());
    return endpoint.port();
}

SocketFile::SocketFile(std::filesystem::path path) : path_(std::move(path)) {
    struct stat found{};
    if (::lstat(path_.c_str(), &found) != 0) {
        path_.clear();
        return;
    }
    device_ = found.st_dev;
    number_ = found.st_ino;
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), device_(other.device_), number_(other.number_) {}

SocketFile::~SocketFile() {
    struct stat found{};
    if (path_.empty() || ::lstat(path_.c_str(), &found) != 0) return;
    if (found.st_dev == device_ && found.st_ino == number_) ::unlink(path_.c_str());
}

Result<UnixListener> listen_on_path(asio::io_context& context, const std::filesystem::path& path,
                                    mode_t mode) {
    constexpr std::size_t longest_path = 107;  // of sockets: sockaddr_un in unix(7)
    if (path.empty() || path.native().size() > longest_path)
        return fail(Errc::invalid, fmt::format("the path of a socket has 1 to {} characters, `{}` "
                                               "has {}",
                                               longest_path, path.string(), path.native().size()));
    const local::endpoint endpoint(path.string());
    if (auto free = remove_stale(context, endpoint); !free) return std::unexpected(free.error());
    Acceptor acceptor(context);
    error_code error;
    acceptor.open(local(), error);
    if (!error) acceptor.bind(endpoint, error);
    if (error) return cannot_listen(path.string(), error.message());
    SocketFile file(path);
    // Before it listens: until then nobody can connect, whatever the mode.
    if (::chmod(path.c_str(), mode) != 0)
        return cannot_listen(path.string(), std::generic_category().message(errno));
    acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return cannot_listen(path.string(), error.message());
    return UnixListener{std::move(acceptor), std::move(file)};
}

}  // namespace relay::net
