// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/close_code.hpp"
#include "wire/mask.hpp"
#include "wire/message.hpp"
#include "wire/utf8.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace relay::wire {

// What the reader found at the front of the bytes.
struct FrameEvent {
    enum class Kind { need_more, message, ping, pong, close, error };

    Kind kind = Kind::need_more;
    MessagePtr message;                     // message: whole, fragments joined
    std::span<const std::uint8_t> payload;  // ping, pong: valid until the next call
    CloseCode code = CloseCode::no_status;  // close: the peer's; error: what to answer with
    std::string_view reason;  // close: the peer's, valid until the next call; error: why
};

// Reads one peer's frames as bytes arrive, in any split, by the rules of RFC 6455 §5: masking,
// reserved bits and opcodes, minimal lengths, fragments with control frames between them, UTF-8 in
// text and close reasons. Pure: no socket, no clock. After an error or a close it must not be used.
class FrameReader {
public:
    enum class Role : std::uint8_t {
        server,
        client
    };  // whose side this is: servers need masked frames

    // Messages longer than `max_message` bytes are an error with code 1009.
    FrameReader(Role role, std::size_t max_message) : max_message_(max_message), role_(role) {}

    // Takes bytes off the front until an event is complete; `bytes` keeps the rest. need_more only
    // when all were taken. Control payloads are unmasked in place, hence the bytes are not const.
    FrameEvent next(std::span<std::uint8_t>& bytes);

    // While a large payload is incomplete: where the socket may put its next bytes directly,
    // sparing a copy. Empty when a header is due. Tell of them with direct_received.
    std::span<std::uint8_t> direct_room();
    FrameEvent direct_received(std::size_t count);

private:
    enum class State : std::uint8_t { header, data, control };

    bool take_header(std::span<std::uint8_t>& bytes);
    FrameEvent begin_frame();
    FrameEvent begin_data(std::uint64_t size);
    FrameEvent take_data(std::span<std::uint8_t>& bytes);
    FrameEvent take_control(std::span<std::uint8_t>& bytes);
    FrameEvent data_arrived(std::span<const std::uint8_t> unmasked);
    FrameEvent end_frame();
    FrameEvent end_control(std::span<std::uint8_t> payload);
    void reserve(std::size_t total);
    FrameEvent fail(CloseCode code, std::string_view reason);
    bool masked() const { return role_ == Role::server; }

    std::size_t max_message_;
    std::size_t frame_size_ = 0;  // payload of the current frame
    std::size_t taken_ = 0;       // of it, received so far
    std::size_t assembled_ = 0;   // bytes of the message before the current frame
    MessagePtr message_;          // being assembled
    MessagePtr control_;          // payload of a control frame that comes in pieces
    MaskKey key_{};
    std::array<std::uint8_t, 14> header_;
    std::uint8_t header_size_ = 0;
    Utf8Check utf8_;
    Role role_;
    State state_ = State::header;
    MessageType frame_type_ = MessageType::raw;
    bool final_ = false;
};

}  // namespace relay::wire
