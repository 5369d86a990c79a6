// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/file_descriptor.hpp"
#include "net/proxy.hpp"
#include "net/tls_context.hpp"
#include "net/url.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

namespace relay::net {

// A connected stream of bytes, over TCP or TLS, for a client's coroutines. At most one read and one
// write at a time; all calls on the thread of its executor. Failures are Errc::interrupted when the
// far side refused or broke the connection, else Errc::unavailable.
class ByteStream {
public:
    virtual ~ByteStream() = default;

    // Waits for bytes; 0 when the far side ended the stream in order. A TLS stream cut without its
    // closing alert is an error, so that a cut answer never passes for a whole one.
    virtual boost::asio::awaitable<Result<std::size_t>> read_some(std::span<std::uint8_t> into) = 0;

    // Returns when the system has taken every byte.
    virtual boost::asio::awaitable<Result<void>> write_all(std::span<const std::uint8_t> bytes) = 0;

    // Writes some of the parts, in order, at least one byte, in as few system calls as the stream
    // permits; how many bytes. There must be some.
    using Parts = std::span<const std::span<const std::uint8_t>>;
    virtual boost::asio::awaitable<Result<std::size_t>> write_some(Parts parts);

    // Ends the connection at once; what waits on the stream ends with an error. Repeating is fine.
    virtual void close() = 0;
};

struct ConnectSettings {
    std::chrono::milliseconds timeout{10'000};  // name, addresses and TLS together
    std::optional<TlsContext> tls;              // for https and wss; else the system's roots
    ProxySettings proxy;
    bool keep_alive = false;  // see keep_alive.hpp
};

// Connects to the URL's host and port, trying each of its addresses in turn, or by a proxy (a
// tunnel for all four schemes), and for https and wss proves that the certificate is trusted and
// names the host. Ends early, with an error, on `stop`. On the caller's executor, which must be
// single-threaded.
boost::asio::awaitable<Result<std::unique_ptr<ByteStream>>> connect_stream(Url url,
                                                                           ConnectSettings settings,
                                                                           std::stop_token stop);

// As connect_stream over plain TCP without a proxy: the connected socket, non-blocking, for those
// who move its bytes themselves. IPv6 addresses without brackets.
boost::asio::awaitable<Result<FileDescriptor>> connect_tcp(std::string host, std::uint16_t port,
                                                           std::chrono::milliseconds timeout,
                                                           std::stop_token stop);

}  // namespace relay::net
