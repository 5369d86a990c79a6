// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "shell_stream/byte_queue.hpp"
#include "shell_stream/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace relay::shell_stream {

// The direction towards the local socket: takes bytes in order, each once, and acknowledges what
// that socket has taken (docs/shell-protocol.md#positions). Part of ResumableStream.
class Receiving {
public:
    explicit Receiving(std::size_t chunk) : bytes_(chunk) {}

    // How many bytes the peer may have under way: more are an error. None before it is agreed.
    void set_window(std::size_t window) { window_ = window; }

    // Both fail, and change nothing, when the position is not the expected one, after the end, and
    // beyond the window.
    Result<void> take(const Data& data);
    Result<void> take(const End& end);

    // What to write to the local socket next; tell of it with `written`. Valid until the next call
    // that is not const.
    std::span<const std::uint8_t> front() const { return bytes_.at(0, bytes_.size()); }
    void written(std::size_t count);

    // All was written, and the peer's direction has ended: the local socket is to be told.
    bool half_close_due() const { return ended_ && !half_closed_ && bytes_.size() == 0; }
    void half_closed();

    Position received() const {
        return written_ + bytes_.size() + (ended_ && !half_closed_ ? 1 : 0);
    }

    // A quarter of the window was written since the last acknowledgement, max_acknowledgement_step
    // at most, or the end was passed on; or the peer may have missed what it was told.
    bool acknowledgement_due() const;
    Acknowledge acknowledge();
    void acknowledge_anew() { anew_ = written_ > 0; }

    bool complete() const { return half_closed_; }

    // All memory goes; for a stream that failed.
    void discard();
    std::size_t memory() const { return bytes_.memory(); }

private:
    Result<void> check_position(const char* frame, Position position) const;

    ByteQueue bytes_;  // received, and not yet written
    std::size_t window_ = 0;
    Position written_ = 0;  // one more when half closed
    Position told_ = 0;     // of it, the peer was told
    bool anew_ = false;
    bool ended_ = false;
    bool half_closed_ = false;
};

}  // namespace relay::shell_stream
