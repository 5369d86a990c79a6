// SPDX-License-Identifier: Apache-2.0
#include "wire/frame_reader.hpp"

#include <algorithm>
#include <cstring>

namespace relay::wire {

namespace {

constexpr std::uint8_t continuation = 0;

// How long a header is, told from its first two bytes (RFC 6455 §5.2).
std::size_t header_length(std::uint8_t second) {
    const std::uint8_t length = second & 0x7F;
    return 2u + (length == 126 ? 2u : length == 127 ? 8u : 0u) + ((second & 0x80) ? 4u : 0u);
}

std::uint64_t big_endian(const std::uint8_t* bytes, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[i];
    return value;
}

bool is_control(std::uint8_t opcode) {
    return opcode & 0x8;
}

bool is_known(std::uint8_t opcode) {
    return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

}  // namespace

FrameEvent FrameReader::fail(CloseCode code, std::string_view reason) {
    FrameEvent event;
    event.kind = FrameEvent::Kind::error;
    event.code = code;
    event.reason = reason;
    return event;
}

FrameEvent FrameReader::next(std::span<std::uint8_t>& bytes) {
    for (;;) {
        FrameEvent event;
        if (state_ == State::header) {
            if (!take_header(bytes)) return {};
            event = begin_frame();
        } else if (state_ == State::data) {
            event = take_data(bytes);
        } else {
            event = take_control(bytes);
        }
        if (event.kind != FrameEvent::Kind::need_more) return event;
        const bool empty_frame = state_ != State::header && frame_size_ == 0;
        if (bytes.empty() && !empty_frame) return {};
    }
}

// Whether the header is complete; it is collected in header_ since it may come in pieces.
bool FrameReader::take_header(std::span<std::uint8_t>& bytes) {
    const auto collect_to = [&](std::size_t size) {
        const std::size_t count = std::min(size - header_size_, bytes.size());
        std::memcpy(header_.data() + header_size_, bytes.data(), count);
        header_size_ = static_cast<std::uint8_t>(header_size_ + count);
        bytes = bytes.subspan(count);
        return header_size_ == size;
    };
    if (header_size_ < 2 && !collect_to(2)) return false;
    return collect_to(header_length(header_[1]));
}

FrameEvent FrameReader::begin_frame() {
    const std::uint8_t first = header_[0];
    const std::uint8_t second = header_[1];
    const std::uint8_t opcode = first & 0x0F;
    const bool has_mask = second & 0x80;
    const std::uint8_t short_length = second & 0x7F;
    std::uint64_t size = short_length;
    if (short_length == 126) size = big_endian(&header_[2], 2);
    if (short_length == 127) size = big_endian(&header_[2], 8);
    if (has_mask) std::copy_n(header_.begin() + header_size_ - 4, 4, key_.begin());
    header_size_ = 0;
    final_ = first & 0x80;
    taken_ = 0;

    using enum CloseCode;
    if (first & 0x70) return fail(protocol_error, "reserved bits are set");
    if (!is_known(opcode)) return fail(protocol_error, "unknown opcode");
    if (has_mask != masked())
        return fail(protocol_error, masked() ? "frame is not masked" : "frame is masked");
    if ((short_length == 126 && size < 126) || (short_length == 127 && size <= 0xFFFF))
        return fail(protocol_error, "length is not in its shortest form");
    if (size >> 63) return fail(protocol_error, "length has its highest bit set");
    if (is_control(opcode)) {
        if (!final_) return fail(protocol_error, "control frame is fragmented");
        if (size > 125) return fail(protocol_error, "control frame is too long");
        frame_type_ = static_cast<MessageType>(opcode);
        frame_size_ = static_cast<std::size_t>(size);
        control_ = {};
        state_ = State::control;
        return {};
    }
    if (opcode == continuation && !message_)
        return fail(protocol_error, "continuation without a message");
    if (opcode != continuation && message_)
        return fail(protocol_error, "message begins inside another");
    if (opcode != continuation) frame_type_ = static_cast<MessageType>(opcode);
    return begin_data(size);
}

FrameEvent FrameReader::begin_data(std::uint64_t size) {
    if (size > max_message_ - assembled_) return fail(CloseCode::too_big, "message is too big");
    frame_size_ = static_cast<std::size_t>(size);
    state_ = State::data;
    if (!message_) {
        message_ = Message::allocate(frame_size_, frame_type_);
    } else {
        reserve(assembled_ + frame_size_);
    }
    return {};
}

// Makes room for a further fragment; doubles, so that many small ones cost no quadratic copying.
void FrameReader::reserve(std::size_t total) {
    if (total <= message_->size()) return;
    MessagePtr larger = Message::allocate(
        std::min(std::max(total, 2 * message_->size()), std::max(total, max_message_)),
        message_->type());
    std::memcpy(larger->payload().data(), message_->payload().data(), assembled_);
    message_ = std::move(larger);
}

FrameEvent FrameReader::take_data(std::span<std::uint8_t>& bytes) {
    const std::size_t count = std::min(frame_size_ - taken_, bytes.size());
    const auto into = message_->payload().subspan(assembled_ + taken_, count);
    if (masked())
        apply_mask(bytes.first(count), into.data(), key_, taken_);
    else if (count)
        std::memcpy(into.data(), bytes.data(), count);
    bytes = bytes.subspan(count);
    return data_arrived(into);
}

std::span<std::uint8_t> FrameReader::direct_room() {
    if (state_ != State::data) return {};
    return message_->payload().subspan(assembled_ + taken_, frame_size_ - taken_);
}

FrameEvent FrameReader::direct_received(std::size_t count) {
    const auto piece = message_->payload().subspan(assembled_ + taken_, count);
    if (masked()) apply_mask(piece, piece.data(), key_, taken_);
    return data_arrived(piece);
}

FrameEvent FrameReader::data_arrived(std::span<const std::uint8_t> unmasked) {
    taken_ += unmasked.size();
    if (message_->type() == MessageType::text && !utf8_.feed(unmasked))
        return fail(CloseCode::invalid_text, "text is not UTF-8");
    return taken_ == frame_size_ ? end_frame() : FrameEvent{};
}

FrameEvent FrameReader::end_frame() {
    state_ = State::header;
    assembled_ += frame_size_;
    if (!final_) return {};
    if (message_->type() == MessageType::text && !utf8_.complete())
        return fail(CloseCode::invalid_text, "text ends inside a character");
    if (message_->size() != assembled_) message_->shrink(assembled_);
    assembled_ = 0;
    utf8_.reset();
    FrameEvent event;
    event.kind = FrameEvent::Kind::message;
    event.message = std::move(message_);
    message_ = {};
    return event;
}

FrameEvent FrameReader::take_control(std::span<std::uint8_t>& bytes) {
    if (taken_ == 0 && bytes.size() >= frame_size_) {
        const auto payload = bytes.first(frame_size_);
        bytes = bytes.subspan(frame_size_);
        return end_control(payload);
    }
    if (!control_) control_ = Message::allocate(frame_size_, MessageType::raw);
    const std::size_t count = std::min(frame_size_ - taken_, bytes.size());
    if (count) std::memcpy(control_->payload().data() + taken_, bytes.data(), count);
    bytes = bytes.subspan(count);
    taken_ += count;
    return taken_ == frame_size_ ? end_control(control_->payload()) : FrameEvent{};
}

FrameEvent FrameReader::end_control(std::span<std::uint8_t> payload) {
    if (masked()) apply_mask(payload, payload.data(), key_);
    state_ = State::header;
    FrameEvent event;
    event.payload = payload;
    if (frame_type_ == MessageType::ping) {
        event.kind = FrameEvent::Kind::ping;
    } else if (frame_type_ == MessageType::pong) {
        event.kind = FrameEvent::Kind::pong;
    } else {
        event.kind = FrameEvent::Kind::close;
        if (payload.size() == 1) return fail(CloseCode::protocol_error, "close code is cut");
        if (payload.size() >= 2) {
            const auto code = static_cast<std::uint16_t>(big_endian(payload.data(), 2));
            if (!may_be_sent(code)) return fail(CloseCode::protocol_error, "invalid close code");
            if (!is_utf8(payload.subspan(2)))
                return fail(CloseCode::invalid_text, "close reason is not UTF-8");
            event.code = static_cast<CloseCode>(code);
            event.reason = {reinterpret_cast<const char*>(payload.data()) + 2, payload.size() - 2};
        }
    }
    return event;
}

}  // namespace relay::wire
