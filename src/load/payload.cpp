// SPDX-License-Identifier: Apache-2.0
#include "load/payload.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace relay::load {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view text_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// SplitMix64: a fixed, well mixed sequence from any starting value.
std::uint64_t mix(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

template <class Number>
void put(std::span<std::uint8_t> bytes, std::size_t offset, Number number) {
    std::memcpy(bytes.data() + offset, &number, sizeof number);
}

template <class Number>
Number take(std::span<const std::uint8_t> bytes, std::size_t offset) {
    Number number;
    std::memcpy(&number, bytes.data() + offset, sizeof number);
    return number;
}

// `bytes` is a whole number of 32-bit words.
std::uint32_t checksum(std::span<const std::uint8_t> bytes) {
    std::uint64_t sum = 0x72656c6179ULL;
    for (std::size_t i = 0; i < bytes.size(); i += 4)
        sum = mix(sum ^ take<std::uint32_t>(bytes, i));
    return static_cast<std::uint32_t>(sum);
}

bool decode_hex(std::span<const std::uint8_t> text, std::span<std::uint8_t> bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto high = hex_digits.find(static_cast<char>(text[2 * i]));
        const auto low = hex_digits.find(static_cast<char>(text[2 * i + 1]));
        if (high == hex_digits.npos || low == hex_digits.npos) return false;
        bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return true;
}

}  // namespace

Payload::Payload(Form form) : form_(form), pattern_(pattern_size) {
    for (std::size_t i = 0; i < pattern_size; ++i) {
        const std::uint64_t value = mix(i);
        pattern_[i] = form == Form::text ? static_cast<std::uint8_t>(text_letters[value % 64])
                                         : static_cast<std::uint8_t>(value);
    }
}

Payload::Raw Payload::encode(const Stamp& stamp) {
    Raw raw{};
    put(raw, 0, stamp.topic);
    put(raw, 4, stamp.publisher);
    put(raw, 8, stamp.sequence);
    put<std::int64_t>(raw, 16, stamp.sent_at.time_since_epoch().count());
    put(raw, 24, stamp.length);
    put(raw, 28, checksum(std::span(raw).first(28)));
    return raw;
}

std::size_t Payload::pattern_start(const Stamp& stamp) {
    const std::uint64_t source = std::uint64_t{stamp.topic} << 32 | stamp.publisher;
    return mix(mix(source) ^ stamp.sequence) % pattern_size;
}

// Visits the body as (offset in the message, stretch of the pattern), until a visit returns false.
template <class Visit>
bool Payload::for_each_body_part(const Stamp& stamp, std::size_t size, Visit visit) const {
    std::size_t at = pattern_start(stamp);
    for (std::size_t offset = stamp_size(); offset < size;) {
        const std::size_t length = std::min(size - offset, pattern_size - at);
        if (!visit(offset, std::span(pattern_).subspan(at, length))) return false;
        offset += length;
        at = 0;
    }
    return true;
}

void Payload::write(const Stamp& stamp, std::span<std::uint8_t> message) const {
    const Raw raw = encode(stamp);
    if (form_ == Form::binary) {
        std::ranges::copy(raw, message.begin());
    } else {
        for (std::size_t i = 0; i < raw_size; ++i) {
            message[2 * i] = static_cast<std::uint8_t>(hex_digits[raw[i] >> 4]);
            message[2 * i + 1] = static_cast<std::uint8_t>(hex_digits[raw[i] & 15]);
        }
    }
    for_each_body_part(stamp, message.size(), [&](std::size_t offset, auto part) {
        std::memcpy(message.data() + offset, part.data(), part.size());
        return true;
    });
}

std::optional<Stamp> Payload::read(std::span<const std::uint8_t> message) const {
    if (message.size() < stamp_size()) return std::nullopt;
    Raw raw;
    if (form_ == Form::binary)
        std::ranges::copy(message.first(raw_size), raw.begin());
    else if (!decode_hex(message.first(2 * raw_size), raw))
        return std::nullopt;
    if (take<std::uint32_t>(raw, 28) != checksum(std::span(raw).first(28))) return std::nullopt;

    const std::chrono::nanoseconds sent_at(take<std::int64_t>(raw, 16));
    return Stamp{.topic = take<std::uint32_t>(raw, 0),
                 .publisher = take<std::uint32_t>(raw, 4),
                 .sequence = take<std::uint64_t>(raw, 8),
                 .sent_at = SteadyTime(sent_at),
                 .length = take<std::uint32_t>(raw, 24)};
}

bool Payload::body_matches(const Stamp& stamp, std::span<const std::uint8_t> message) const {
    return for_each_body_part(stamp, message.size(), [&](std::size_t offset, auto part) {
        return std::memcmp(message.data() + offset, part.data(), part.size()) == 0;
    });
}

}  // namespace relay::load
