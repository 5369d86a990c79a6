// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/file_descriptor.hpp"
#include "net/listening_socket.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace relay::shell_client {

// Where local programs connect to. On the context's thread.
class LocalListener {
public:
    // An IP address and a port, 0 for any free one; or `unix:PATH`, for this user alone, removed
    // with this object, while one that nobody serves any more is replaced. Errc::invalid for no
    // address, Errc::unavailable for one that cannot be had.
    static Result<LocalListener> open(boost::asio::io_context& context, const std::string& listen,
                                      std::uint16_t port);

    // `127.0.0.1:8082`, `[::1]:8082` or `unix:/run/spin30`.
    const std::string& address() const { return address_; }

    // The next connection. Errc::limit when the system has no descriptor or memory for one: it
    // waits, and accept would fail again at once. Errc::interrupted after close.
    boost::asio::awaitable<Result<FileDescriptor>> accept();

    void close();

private:
    LocalListener(net::Acceptor acceptor, std::string address)
        : acceptor_(std::move(acceptor)), address_(std::move(address)) {}

    net::Acceptor acceptor_;
    std::string address_;
    std::optional<net::SocketFile> file_;
};

}  // namespace relay::shell_client
