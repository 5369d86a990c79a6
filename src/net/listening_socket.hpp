// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>

// Sockets that listen, of TCP and of this machine alone, as one type.
namespace relay::net {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

// Errc::invalid when it is no IP address; Errc::unavailable when it cannot be bound. `::` is
// 0.0.0.0 on a machine without IPv6.
Result<Acceptor> listen_on_address(boost::asio::io_context& context, const std::string& address,
                                   std::uint16_t port);
std::uint16_t port_of(const Acceptor& acceptor);

// The file of a socket, removed with this object unless another file has taken its place.
class SocketFile {
public:
    explicit SocketFile(std::filesystem::path path);
    SocketFile(SocketFile&& other) noexcept;
    SocketFile& operator=(SocketFile&&) = delete;
    ~SocketFile();

private:
    std::filesystem::path path_;
    dev_t device_ = 0;
    ino_t number_ = 0;
};

struct UnixListener {
    Acceptor acceptor;
    SocketFile file;
};

// The socket's file gets that mode. One that nobody serves any more is replaced. Errc::unavailable
// when somebody does, or when the path is taken by another file.
Result<UnixListener> listen_on_path(boost::asio::io_context& context,
                                    const std::filesystem::path& path, mode_t mode);

}  // namespace relay::net
