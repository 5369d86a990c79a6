// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/file_descriptor.hpp"
#include "tunnel/local_stream.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstdint>
#include <span>

namespace relay::tunnel {

// One descriptor of a LocalStream. It must not block this program, and must not be left
// non-blocking either: the setting is shared with whoever else has the same open file, such as the
// shell that lent its terminal. For each kind of file there is another way.
class LocalDescriptor {
public:
    enum class Use : std::uint8_t { read, write, both };

    LocalDescriptor(const boost::asio::any_io_executor& executor, FileDescriptor descriptor,
                    Use use);
    ~LocalDescriptor() { close(); }
    LocalDescriptor(const LocalDescriptor&) = delete;
    LocalDescriptor& operator=(const LocalDescriptor&) = delete;

    LocalStream::Transfer read_now(std::span<std::uint8_t> into);
    LocalStream::Transfer write_now(std::span<const std::uint8_t> bytes);

    using Wait = boost::asio::posix::descriptor_base::wait_type;
    boost::asio::awaitable<void> ready(Wait wait);

    // Of a socket, tells the peer; of anything else, only closing would.
    bool end_writing();
    void reset();
    void close();
    bool is_open() const { return descriptor_.is_open(); }

private:
    enum class Kind : std::uint8_t {
        socket,  // each call says that it must not wait
        plain,   // a file, or one that was opened anew for this program alone: does not wait
        asked,   // none of these: asked before each call
    };

    LocalStream::Transfer outcome(long count) const;
    bool would_wait(short event);
    void restore_mode();
    int number() { return descriptor_.native_handle(); }

    boost::asio::posix::stream_descriptor descriptor_;
    Kind kind_ = Kind::asked;
    bool make_blocking_ = false;  // at the end, since the event queue makes it non-blocking
    std::error_code unusable_;    // the event queue did not take it
};

}  // namespace relay::tunnel
