// SPDX-License-Identifier: Apache-2.0
#include "book/http/query.hpp"

#include "book/http/reply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

namespace relay::book {

std::optional<std::string> query_text(const net::HttpRequest& request, std::string_view name) {
    auto text = request.query(name);
    return text && !text->empty() ? std::move(text) : std::nullopt;
}

std::expected<std::optional<std::int64_t>, net::HttpResponse> query_integer(
    const net::HttpRequest& request, std::string_view name) {
    const auto text = query_text(request, name);
    if (!text) return std::nullopt;
    std::int64_t value = 0;
    const char* end = text->data() + text->size();
    const auto [stop, problem] = std::from_chars(text->data(), end, value);
    if (problem == std::errc() && stop == end) return value;
    constexpr std::size_t excerpt = 32;
    return std::unexpected(framework_error(
        422, 601,
        fmt::format("{} in query must be of type int64: \"{}\"", name, text->substr(0, excerpt))));
}

std::optional<bool> query_flag(const net::HttpRequest& request, std::string_view name) {
    auto text = query_text(request, name);
    if (!text) return std::nullopt;
    std::ranges::transform(*text, text->begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    constexpr std::string_view yes[] = {"true", "1",        "yes",     "ok", "y",
                                        "on",   "selected", "checked", "t",  "enabled"};
    return std::ranges::find(yes, *text) != std::end(yes);
}

net::HttpResponse missing_in_query(std::string_view name) {
    return framework_error(422, 602, fmt::format("{} in query is required", name));
}

Check require_query(std::string name) {
    return [name = std::move(name)](const Call& call) -> std::optional<net::HttpResponse> {
        if (query_text(call.request, name)) return std::nullopt;
        return missing_in_query(name);
    };
}

Check check_integer_query(std::string name, Needed needed) {
    return [name = std::move(name), needed](const Call& call) -> std::optional<net::HttpResponse> {
        auto value = query_integer(call.request, name);
        if (!value) return std::move(value.error());
        if (!*value && needed == Needed::required) return missing_in_query(name);
        return std::nullopt;
    };
}

}  // namespace relay::book
