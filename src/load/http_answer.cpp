// SPDX-License-Identifier: Apache-2.0
#include "load/http_answer.hpp"

#include <algorithm>
#include <charconv>

namespace relay::load {
namespace {

constexpr std::size_t largest_answer = 64 * 1024;

bool equals_ignoring_case(std::string_view left, std::string_view right) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(left, right, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

HttpAnswer::State HttpAnswer::receive(std::span<const std::uint8_t> bytes) {
    received_.insert(received_.end(), bytes.begin(), bytes.end());
    if (head_size_ == 0) {
        const auto end = text().find("\r\n\r\n");
        if (end == std::string_view::npos)
            return received_.size() > largest_answer ? State::invalid : State::incomplete;
        head_size_ = end + 4;
        if (parse_head() == State::invalid) return State::invalid;
    }
    if (!body_size_ && received_.size() > largest_answer) return State::invalid;
    const bool complete = body_size_ && received_.size() >= head_size_ + *body_size_;
    return complete ? State::complete : State::incomplete;
}

// The status line (RFC 9112 §4) and how the body's length is known (§6.3).
HttpAnswer::State HttpAnswer::parse_head() {
    if (!text().starts_with("HTTP/1.1 ") || !read_number(text().substr(9, 3), status_))
        return State::invalid;
    if (status_ < 200 || status_ == 204) {
        body_size_ = 0;
        return State::complete;
    }
    if (!header("Transfer-Encoding").empty()) return State::invalid;
    const auto length = header("Content-Length");
    if (length.empty()) return State::complete;  // until the peer closes
    std::size_t size = 0;
    if (!read_number(length, size) || size > largest_answer) return State::invalid;
    body_size_ = size;
    return State::complete;
}

HttpAnswer::State HttpAnswer::peer_closed() {
    if (head_size_ == 0 || body_size_) return State::invalid;
    body_size_ = received_.size() - head_size_;
    return State::complete;
}

std::string_view HttpAnswer::header(std::string_view name) const {
    std::string_view lines = text().substr(0, head_size_);
    while (!lines.empty()) {
        const auto end = lines.find("\r\n");
        const auto line = lines.substr(0, end);
        lines = lines.substr(std::min(lines.size(), end + 2));
        const auto colon = line.find(':');
        if (colon != line.npos && equals_ignoring_case(line.substr(0, colon), name))
            return trimmed(line.substr(colon + 1));
    }
    return {};
}

std::string_view HttpAnswer::body() const {
    return text().substr(head_size_, body_size_.value_or(0));
}

std::span<const std::uint8_t> HttpAnswer::rest() const {
    return std::span(received_).subspan(head_size_ + body_size_.value_or(0));
}

}  // namespace relay::load
