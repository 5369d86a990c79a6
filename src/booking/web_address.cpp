// SPDX-License-Identifier: Apache-2.0
#include "booking/web_address_detail.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace relay::booking {
namespace {

bool may_be_in_url(char character) {
    return character > ' ' && character <= '~' &&
           std::string_view("\"<>\\^`{|}").find(character) == std::string_view::npos;
}

bool has_scheme(std::string_view text, std::string_view scheme) {
    return text.size() >= scheme.size() &&
           std::equal(scheme.begin(), scheme.end(), text.begin(), [](char wanted, char given) {
               return given == wanted || (given >= 'A' && given <= 'Z' && given + 32 == wanted);
           });
}

bool is_port(std::string_view text) {
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, port);
    return error == std::errc{} && rest == end && port != 0;
}

bool is_authority(std::string_view text) {
    const bool is_bracketed = text.starts_with('[');
    const std::size_t close = is_bracketed ? text.find(']') : 0;
    if (close == std::string_view::npos) return false;
    const std::size_t colon = text.find(':', close);
    const std::string_view host = text.substr(0, colon);
    if (host.empty() || host == "[]" || text.contains('@')) return false;
    if (is_bracketed ? host.size() != close + 1 : host.find_first_of("[]") != host.npos)
        return false;
    return colon == std::string_view::npos || is_port(text.substr(colon + 1));
}

}  // namespace

bool is_web_address(std::string_view text) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!has_scheme(text, scheme)) continue;
        const std::string_view rest = text.substr(scheme.size());
        return std::ranges::all_of(text, may_be_in_url) &&
               is_authority(rest.substr(0, rest.find_first_of("/?#")));
    }
    return false;
}

}  // namespace relay::booking
