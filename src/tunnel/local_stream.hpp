// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/file_descriptor.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <system_error>

namespace relay::tunnel {

// The local end of a tunnel: a connected TCP or Unix socket, or a pair of descriptors such as
// standard input and output. Never blocks. Everything on the executor's thread.
class LocalStream {
public:
    LocalStream(const boost::asio::any_io_executor& executor, FileDescriptor socket);
    LocalStream(const boost::asio::any_io_executor& executor, FileDescriptor input,
                FileDescriptor output);
    LocalStream(LocalStream&&) noexcept;
    LocalStream& operator=(LocalStream&&) noexcept;
    ~LocalStream();  // as close()

    struct Transfer {
        enum class Kind : std::uint8_t { moved, would_block, ended, failed };
        Kind kind = Kind::would_block;
        std::size_t count = 0;    // moved: bytes, at least 1
        std::error_code failure;  // failed
    };
    Transfer read_now(std::span<std::uint8_t> into);
    Transfer write_now(std::span<const std::uint8_t> bytes);

    // Return when it is worth trying again, or when the stream was closed meanwhile. One wait of
    // each kind at a time.
    boost::asio::awaitable<void> readable();
    boost::asio::awaitable<void> writable();

    // Nothing more will be written: the peer sees the end of this direction.
    void end_writing();
    // Closes so that the peer sees an error instead of an end (RST, in TCP). A pipe or terminal
    // cannot tell one, so it stays open until the program has ended, which says more.
    void reset();
    void close();
    bool is_open() const;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace relay::tunnel
