// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shell_stream/byte_queue.hpp"
#include "shell_stream/frame.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>

namespace relay::shell_stream {

// The direction away from the local socket: keeps what was read until it is acknowledged, so that
// it can be sent again (docs/shell-protocol.md#positions). Part of ResumableStream.
class Sending {
public:
    // Holds at most `buffer` bytes, in memory of whole chunks.
    Sending(std::size_t buffer, std::size_t chunk) : bytes_(chunk), buffer_(buffer), window_(0) {}

    // How many bytes may be under way; none before it is agreed.
    void set_window(std::size_t window) { window_ = window; }

    // Where the local socket's next bytes go; empty when full or ended. Tell of them with `read`.
    std::span<std::uint8_t> room() { return bytes_.room(readable()); }
    std::size_t readable() const { return ended_ ? 0 : buffer_ - std::min(buffer_, bytes_.size()); }
    void read(std::size_t count) { bytes_.added(count); }
    void end() { ended_ = true; }

    // The next Data or End, if there is one and the window permits it. The bytes of Data are valid
    // until the next call that is not const.
    std::optional<Frame> next();
    bool due() const;  // whether next gives one

    // Bytes that were read and not sent since the last rewind.
    std::size_t unsent() const {
        return next_ < length() ? static_cast<std::size_t>(length() - next_) : 0;
    }

    // Sends again from where the peer has received. False if it names bytes that it acknowledged
    // before, or that were never sent.
    [[nodiscard]] bool rewind(Position received);

    // False if it names bytes that were not sent, or fewer than before.
    [[nodiscard]] bool acknowledged(Position position);

    // All was acknowledged, the end too.
    bool complete() const { return ended_ && acknowledged_ == length() + 1; }

    // All memory goes; for a stream that failed.
    void discard();
    std::size_t memory() const { return bytes_.memory(); }

private:
    // Bytes only. Once the end was acknowledged, acknowledged_ is one past them.
    Position length() const { return first_ + bytes_.size(); }

    ByteQueue bytes_;
    std::size_t buffer_;
    std::size_t window_;
    Position first_ = 0;  // of the first byte held
    Position acknowledged_ = 0;
    Position next_ = 0;  // what is sent next; all before may have reached the peer
    bool ended_ = false;
};

}  // namespace relay::shell_stream
