// SPDX-License-Identifier: Apache-2.0
#include "shell_stream/byte_queue.hpp"

#include <algorithm>

namespace relay::shell_stream {

std::span<std::uint8_t> ByteQueue::room(std::size_t most) {
    if (most == 0) return {};
    const std::size_t tail = head_ + size_;
    if (tail == memory())
        chunks_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(chunk_size_));
    const std::size_t start = tail % chunk_size_;
    return {chunks_.back().get() + start, std::min(most, chunk_size_ - start)};
}

void ByteQueue::append(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const auto space = room(bytes.size());
        std::ranges::copy(bytes.first(space.size()), space.begin());
        added(space.size());
        bytes = bytes.subspan(space.size());
    }
}

std::span<const std::uint8_t> ByteQueue::at(std::size_t offset, std::size_t most) const {
    if (offset >= size_) return {};
    const std::size_t start = (head_ + offset) % chunk_size_;
    const std::size_t together = std::min(size_ - offset, chunk_size_ - start);
    return {chunks_[(head_ + offset) / chunk_size_].get() + start, std::min(most, together)};
}

void ByteQueue::drop(std::size_t count) {
    size_ -= count;
    if (size_ == 0) return clear();
    head_ += count;
    for (; head_ >= chunk_size_; head_ -= chunk_size_) chunks_.pop_front();
}

void ByteQueue::clear() {
    chunks_.clear();
    head_ = size_ = 0;
}

}  // namespace relay::shell_stream
