// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>

namespace relay::shell_stream {

// Bytes in order, in chunks of one size: memory grows and shrinks with the contents, exceeds them
// by at most two chunks, and nothing moves once it is in. An empty queue that nobody asked for room
// holds none.
class ByteQueue {
public:
    explicit ByteQueue(std::size_t chunk_size) : chunk_size_(chunk_size) {}

    // Where up to `most` next bytes may be put, so that a socket fills it directly; tell of them
    // with `added`. Empty only if `most` is 0. Valid until the next call that is not const.
    std::span<std::uint8_t> room(std::size_t most);
    void added(std::size_t count) { size_ += count; }

    void append(std::span<const std::uint8_t> bytes);

    // At most `most` bytes that lie together, from `offset` on; empty only at the end.
    std::span<const std::uint8_t> at(std::size_t offset, std::size_t most) const;

    // Drops so many from the front: at most size().
    void drop(std::size_t count);

    // Drops all bytes and all memory.
    void clear();

    std::size_t size() const { return size_; }
    std::size_t memory() const { return chunks_.size() * chunk_size_; }

private:
    using Chunk = std::unique_ptr<std::uint8_t[]>;

    std::size_t chunk_size_;
    std::deque<Chunk> chunks_;
    std::size_t head_ = 0;  // offset of the first byte in the first chunk
    std::size_t size_ = 0;
};

}  // namespace relay::shell_stream
