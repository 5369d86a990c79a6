// SPDX-License-Identifier: Apache-2.0
#include "access/session_uri.hpp"

#include <fmt/format.h>

namespace relay::access {
namespace {

bool stays(char character) {
    const bool letter = (character >= 'a' && character <= 'z') ||
                        (character >= 'A' && character <= 'Z') ||
                        (character >= '0' && character <= '9');
    constexpr std::string_view permitted = "-._~!$&'()*+,;=:@/";
    return letter || permitted.find(character) != std::string_view::npos;
}

std::string escape_path(std::string_view text) {
    std::string escaped;
    escaped.reserve(text.size());
    for (const char character : text) {
        if (stays(character)) {
            escaped += character;
        } else {
            fmt::format_to(std::back_inserter(escaped), "%{:02X}",
                           static_cast<unsigned>(static_cast<unsigned char>(character)));
        }
    }
    return escaped;
}

}  // namespace

std::string session_uri(std::string_view relay_address, std::string_view prefix,
                        std::string_view topic, std::string_view code) {
    while (relay_address.ends_with('/')) relay_address.remove_suffix(1);
    return fmt::format("{}/{}/{}?code={}", relay_address, escape_path(prefix), escape_path(topic),
                       code);
}

}  // namespace relay::access
