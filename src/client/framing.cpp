// SPDX-License-Identifier: Apache-2.0
#include "client/framing.hpp"

#include "wire/utf8.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <span>
#include <utility>

namespace relay::client {
namespace {

using wire::MessageType;

constexpr std::size_t length_size = 4;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::size_t read_length(std::string_view text) {
    std::size_t length = 0;
    for (const std::uint8_t byte : bytes_of(text.substr(0, length_size)))
        length = length << 8 | byte;
    return length;
}

std::string length_prefix(std::size_t length) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(length >> shift & 0xFF);
    return text;
}

}  // namespace

void Deframer::append(Messages& into, std::string_view payload, MessageType type) {
    into.push_back(wire::Message::copy_of(bytes_of(payload), type));
    ++count_;
}

Result<void> Deframer::check_length(std::size_t length) const {
    if (length <= longest_message) return {};
    return fail(Errc::limit, fmt::format("message {} of the input is longer than {} bytes",
                                         count_ + 1, longest_message));
}

Result<void> Deframer::add_line(Messages& into, std::string_view line) {
    if (auto checked = check_length(line.size()); !checked) return checked;
    if (!wire::is_utf8(bytes_of(line))) {
        return fail(Errc::invalid,
                    fmt::format("line {} of the input is not UTF-8; use --framing length or raw",
                                count_ + 1));
    }
    append(into, line, MessageType::text);
    return {};
}

Result<void> Deframer::add_lines(Messages& into) {
    std::size_t begin = 0;
    for (;;) {
        const std::size_t end = rest_.find('\n', std::max(begin, scanned_));
        if (end == rest_.npos) break;
        const auto line = std::string_view(rest_).substr(begin, end - begin);
        if (auto added = add_line(into, line); !added) return added;
        begin = end + 1;
    }
    rest_.erase(0, begin);
    scanned_ = rest_.size();
    return check_length(rest_.size());
}

Result<void> Deframer::add_measured(Messages& into) {
    std::string_view view(rest_);
    while (view.size() >= length_size) {
        const std::size_t length = read_length(view);
        if (auto checked = check_length(length); !checked) return checked;
        if (view.size() - length_size < length) break;
        append(into, view.substr(length_size, length), MessageType::binary);
        view.remove_prefix(length_size + length);
    }
    rest_.erase(0, rest_.size() - view.size());
    return {};
}

Result<std::vector<wire::MessagePtr>> Deframer::add(std::string_view bytes) {
    Messages messages;
    Result<void> added;
    if (framing_ == Framing::raw) {
        if (!bytes.empty()) append(messages, bytes, MessageType::binary);
        return messages;
    }
    rest_ += bytes;
    added = framing_ == Framing::line ? add_lines(messages) : add_measured(messages);
    if (!added) return std::unexpected(added.error());
    return messages;
}

Result<std::vector<wire::MessagePtr>> Deframer::finish() {
    Messages messages;
    if (rest_.empty()) return messages;
    if (framing_ == Framing::length) {
        return fail(Errc::invalid, fmt::format("the input ends within message {}", count_ + 1));
    }
    if (auto added = add_line(messages, rest_); !added) return std::unexpected(added.error());
    rest_.clear();
    return messages;
}

std::string framed(Framing framing, const wire::Message& message) {
    const auto payload = message.payload();
    const std::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size());
    switch (framing) {
        case Framing::line:
            return std::string(text) + '\n';
        case Framing::length:
            return length_prefix(text.size()) + std::string(text);
        case Framing::raw:
            break;
    }
    return std::string(text);
}

}  // namespace relay::client
