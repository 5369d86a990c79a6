// SPDX-License-Identifier: Apache-2.0
#include "base/base64.hpp"

#include <array>

namespace relay {
namespace {

constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t no_digit = 0xff;
using DigitTable = std::array<std::uint8_t, 256>;

constexpr DigitTable digits_of(std::string_view alphabet) {
    DigitTable digits{};
    digits.fill(no_digit);
    for (std::size_t value = 0; value < alphabet.size(); ++value) {
        digits[static_cast<std::uint8_t>(alphabet[value])] = static_cast<std::uint8_t>(value);
    }
    return digits;
}

constexpr DigitTable standard_digits = digits_of(standard_alphabet);
constexpr DigitTable url_digits = digits_of(url_alphabet);

std::string encode_unpadded(std::span<const std::uint8_t> bytes, std::string_view alphabet) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const std::uint8_t byte : bytes) {
        bits = bits << 8 | byte;
        for (count += 8; count >= 6; count -= 6) text += alphabet[bits >> (count - 6) & 63];
    }
    if (count > 0) text += alphabet[bits << (6 - count) & 63];
    return text;
}

std::optional<std::string> decode_unpadded(std::string_view text, const DigitTable& digits) {
    if (text.size() % 4 == 1) return std::nullopt;  // six bits make no byte
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char character : text) {
        const std::uint8_t digit = digits[static_cast<std::uint8_t>(character)];
        if (digit == no_digit) return std::nullopt;
        bits = bits << 6 | digit;
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>(bits >> count & 0xff);
        }
    }
    // Otherwise several texts would mean the same bytes, and a signature could be altered unseen.
    const std::uint32_t left_over = bits & ((1U << count) - 1);
    if (left_over != 0) return std::nullopt;
    return bytes;
}

}  // namespace

std::string base64url_encode(std::span<const std::uint8_t> bytes) {
    return encode_unpadded(bytes, url_alphabet);
}

std::string base64url_encode(std::string_view bytes) {
    return base64url_encode({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::optional<std::string> base64url_decode(std::string_view text) {
    return decode_unpadded(text, url_digits);
}

std::string base64_encode(std::span<const std::uint8_t> bytes) {
    std::string text = encode_unpadded(bytes, standard_alphabet);
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    // At most two: a third `=` is then met by the decoder, which knows no such digit.
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
    return decode_unpadded(text, standard_digits);
}

}  // namespace relay
