// SPDX-License-Identifier: Apache-2.0
#include "wire/message.hpp"

#include "wire/frame_writer.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

namespace relay::wire {

Message::Message(std::size_t size, MessageType type)
    : type_(type), header_start_(header_room), size_(size) {
    write_header();
}

MessagePtr Message::allocate(std::size_t payload_size, MessageType type) {
    void* memory = std::malloc(sizeof(Message) + header_room + payload_size);
    if (!memory) throw std::bad_alloc();
    return MessagePtr(new (memory) Message(payload_size, type));
}

MessagePtr Message::copy_of(std::span<const std::uint8_t> payload, MessageType type) {
    MessagePtr message = allocate(payload.size(), type);
    if (!payload.empty()) std::memcpy(message->payload().data(), payload.data(), payload.size());
    return message;
}

void Message::shrink(std::size_t payload_size) {
    size_ = payload_size;
    write_header();
}

void Message::write_header() {
    if (type_ == MessageType::raw) return;
    FrameHeaderBytes header;
    const std::size_t length = write_server_header(header, type_, size_);
    header_start_ = static_cast<std::uint8_t>(header_room - length);
    std::memcpy(storage() + header_start_, header.data(), length);
}

std::span<const std::uint8_t> Message::encode_masked(const MaskKey& key) {
    FrameHeaderBytes header;
    const std::size_t length = write_client_header(header, type_, size_, key);
    std::uint8_t* const start = storage() + header_room - length;
    std::memcpy(start, header.data(), length);
    apply_mask(payload(), payload().data(), key);
    return {start, length + size_};
}

void Message::destroy(Message* message) {
    message->~Message();
    std::free(message);
}

}  // namespace relay::wire
