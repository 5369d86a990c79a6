// SPDX-License-Identifier: Apache-2.0
#include "net/http_message.hpp"

#include "wire/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace relay::net {

namespace {

bool same_name(std::string_view left, std::string_view right) {
    const auto lower = [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    };
    return std::ranges::equal(left, right, {}, lower, lower);
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// A JSON string literal. Text that is no UTF-8, from a path for example, keeps its ASCII.
std::string json_string(std::string_view text) {
    const bool valid =
        wire::is_utf8({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    std::string out = "\"";
    for (char c : text) {
        if (!valid && static_cast<unsigned char>(c) >= 0x80) c = '?';
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<int>(c));
        } else {
            out += c;
        }
    }
    return out + '"';
}

}  // namespace

void HttpFields::set(std::string_view name, std::string value) {
    std::erase_if(fields_, [&](const auto& field) { return same_name(field.first, name); });
    fields_.emplace_back(name, std::move(value));
}

std::optional<std::string_view> HttpFields::find(std::string_view name) const {
    for (const auto& [field, value] : fields_)
        if (same_name(field, name)) return value;
    return std::nullopt;
}

std::vector<std::string_view> HttpFields::elements(std::string_view name) const {
    std::vector<std::string_view> found;
    for (const auto& [field, value] : fields_) {
        if (!same_name(field, name)) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            const std::size_t comma = std::min(rest.find(','), rest.size());
            const auto element = trim(rest.substr(0, comma));
            if (!element.empty()) found.push_back(element);
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    return found;
}

bool HttpFields::has_token(std::string_view name, std::string_view token) const {
    return std::ranges::any_of(elements(name), [&](auto one) { return same_name(one, token); });
}

std::string_view HttpRequest::path() const {
    const std::string_view path = std::string_view(target).substr(0, target.find('?'));
    return path.empty() ? "/" : path;
}

std::optional<std::string> HttpRequest::query(std::string_view name) const {
    const std::size_t mark = target.find('?');
    if (mark == std::string::npos) return std::nullopt;
    std::string_view rest = std::string_view(target).substr(mark + 1);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, end);
        const std::size_t equals = std::min(pair.find('='), pair.size());
        if (unescape(pair.substr(0, equals)) == name)
            return unescape(pair.substr(std::min(equals + 1, pair.size()))).value_or("");
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return std::nullopt;
}

HttpResponse error_response(int status, std::string_view message) {
    return {.status = status,
            .body = fmt::format(R"({{"code":"{}","message":{}}})", status, json_string(message))};
}

Errc errc_of_status(int status) {
    switch (status) {
        case 400:
        case 422:
            return Errc::invalid;
        case 401:
            return Errc::unauthorized;
        case 403:
            return Errc::forbidden;
        case 404:
        case 410:
            return Errc::not_found;
        case 409:
            return Errc::conflict;
        case 502:  // of a proxy whose server is away
        case 503:
            return Errc::interrupted;
        default:
            return Errc::unavailable;
    }
}

std::optional<std::string> unescape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

}  // namespace relay::net
