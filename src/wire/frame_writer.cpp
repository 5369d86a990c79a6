// SPDX-License-Identifier: Apache-2.0
#include "wire/frame_writer.hpp"

#include "wire/utf8.hpp"

#include <algorithm>

namespace relay::wire {

namespace {

constexpr std::uint8_t fin_bit = 0x80;
constexpr std::uint8_t mask_bit = 0x80;

std::size_t write_length(FrameHeaderBytes& header, std::size_t size) {
    if (size < 126) {
        header[1] = static_cast<std::uint8_t>(size);
        return 2;
    }
    const std::size_t width = size <= 0xFFFF ? 2 : 8;
    header[1] = width == 2 ? 126 : 127;
    for (std::size_t i = 0; i < width; ++i)
        header[2 + i] = static_cast<std::uint8_t>(size >> (8 * (width - 1 - i)));
    return 2 + width;
}

}  // namespace

std::size_t write_server_header(FrameHeaderBytes& header, MessageType type, std::size_t size) {
    header[0] = static_cast<std::uint8_t>(fin_bit | static_cast<std::uint8_t>(type));
    return write_length(header, size);
}

std::size_t write_client_header(FrameHeaderBytes& header, MessageType type, std::size_t size,
                                const MaskKey& key) {
    const std::size_t length = write_server_header(header, type, size);
    header[1] |= mask_bit;
    std::copy(key.begin(), key.end(), header.begin() + static_cast<std::ptrdiff_t>(length));
    return length + key.size();
}

void append_client_frame(std::vector<std::uint8_t>& out, MessageType type,
                         std::span<const std::uint8_t> payload, const MaskKey& key) {
    FrameHeaderBytes header;
    const std::size_t length = write_client_header(header, type, payload.size(), key);
    const std::size_t start = out.size() + length;
    // No reserve(): it would grow by one frame at a time, which copies all for each of many.
    out.insert(out.end(), header.begin(), header.begin() + static_cast<std::ptrdiff_t>(length));
    out.resize(start + payload.size());
    apply_mask(payload, out.data() + start, key);
}

MessagePtr close_message(CloseCode code, std::string_view reason) {
    const auto number = static_cast<std::uint16_t>(code);
    if (!may_be_sent(number)) return Message::allocate(0, MessageType::close);
    reason = reason.substr(0, 123);
    auto bytes = [](std::string_view text) {
        return std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    };
    while (!is_utf8(bytes(reason))) reason.remove_suffix(1);
    MessagePtr message = Message::allocate(2 + reason.size(), MessageType::close);
    const auto payload = message->payload();
    payload[0] = static_cast<std::uint8_t>(number >> 8);
    payload[1] = static_cast<std::uint8_t>(number);
    std::copy(reason.begin(), reason.end(), payload.begin() + 2);
    return message;
}

}  // namespace relay::wire
