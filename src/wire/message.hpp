// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/mask.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace relay::wire {

// What a message is on the wire: the opcodes of RFC 6455 §5.2, and `raw` for bytes that are sent as
// they stand (the answer to a handshake).
enum class MessageType : std::uint8_t {
    raw = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10
};

constexpr bool is_data(MessageType type) {
    return type == MessageType::text || type == MessageType::binary;
}

class MessagePtr;

// One whole WebSocket message, held once however many subscribers it goes to. The bytes lie in one
// allocation behind room for the largest header, so that header and payload are one
// contiguous run that every socket is handed as it is (shared/perf.md, "The path" 2).
//
// Filled by one thread; constant once shared. The count is atomic because a topic that was split
// hands a message to other threads.
class Message {
public:
    // RFC 6455 §5.2: at most 2 + 8 bytes, and 4 of a client's mask key; keeps the payload aligned.
    static constexpr std::size_t header_room = 16;

    // Payload bytes are left uninitialised. Memory comes from malloc: its per-thread caches are the
    // pool. Throws std::bad_alloc.
    static MessagePtr allocate(std::size_t payload_size, MessageType type);
    static MessagePtr copy_of(std::span<const std::uint8_t> payload, MessageType type);

    // Shortens a message that was allocated larger than what came to be needed; before it is
    // shared.
    void shrink(std::size_t payload_size);

    MessageType type() const { return type_; }
    std::size_t size() const { return size_; }
    std::span<std::uint8_t> payload() { return {storage() + header_room, size_}; }
    std::span<const std::uint8_t> payload() const { return {storage() + header_room, size_}; }

    // Header and payload as a server sends them, unmasked.
    std::span<const std::uint8_t> encoded() const {
        return {storage() + header_start_, header_room - header_start_ + size_};
    }

    // The whole frame as clients must send it: masks the payload where it lies, so only for the one
    // owner of a message that is not shared, who has no further use for its payload.
    std::span<const std::uint8_t> encode_masked(const MaskKey& key);
    bool is_shared() const { return references_.load(std::memory_order_acquire) > 1; }

    // Where the newest picture that can be decoded on its own begins, for MPEG-TS topics; set by
    // the hub once, before the message is shared. See hub/outbox.hpp.
    struct Pictures {
        static constexpr std::uint32_t none = UINT32_MAX;
        std::uint32_t first_start = none;    // byte offset of the first picture's first packet
        std::uint32_t random_access = none;  // byte offset of the last random-access point
    };
    const Pictures& pictures() const { return pictures_; }
    void set_pictures(const Pictures& pictures) { pictures_ = pictures; }

    Message(const Message&) = delete;
    Message& operator=(const Message&) = delete;

private:
    friend class MessagePtr;
    Message(std::size_t size, MessageType type);
    ~Message() = default;
    static void destroy(Message* message);
    void write_header();

    std::uint8_t* storage() { return reinterpret_cast<std::uint8_t*>(this + 1); }
    const std::uint8_t* storage() const { return reinterpret_cast<const std::uint8_t*>(this + 1); }

    std::atomic<std::uint32_t> references_{1};
    MessageType type_;
    std::uint8_t header_start_;
    Pictures pictures_;
    std::size_t size_;
};

// Shared ownership of a Message by intrusive count.
class MessagePtr {
public:
    MessagePtr() = default;
    MessagePtr(const MessagePtr& other) : message_(other.message_) {
        if (message_) message_->references_.fetch_add(1, std::memory_order_relaxed);
    }
    MessagePtr(MessagePtr&& other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
    MessagePtr& operator=(MessagePtr other) noexcept {
        std::swap(message_, other.message_);
        return *this;
    }
    ~MessagePtr() {
        if (message_ && message_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            Message::destroy(message_);
    }

    explicit operator bool() const { return message_ != nullptr; }
    Message* operator->() const { return message_; }
    Message& operator*() const { return *message_; }

private:
    friend class Message;
    explicit MessagePtr(Message* message) : message_(message) {}
    Message* message_ = nullptr;
};

}  // namespace relay::wire
