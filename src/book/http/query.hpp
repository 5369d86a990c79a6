// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "book/http/endpoint.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

// Parameters of a query, with the reference's texts for what is wrong (spec/booking-instant.md §2).
// An empty one counts as absent.
namespace relay::book {

std::optional<std::string> query_text(const net::HttpRequest& request, std::string_view name);

// The answer for one that is no whole number: 422, code 601.
std::expected<std::optional<std::int64_t>, net::HttpResponse> query_integer(
    const net::HttpRequest& request, std::string_view name);

// Whatever the reference's library takes for true: `true`, `1`, `yes`, ...; anything else is false.
std::optional<bool> query_flag(const net::HttpRequest& request, std::string_view name);

// 422, code 602.
net::HttpResponse missing_in_query(std::string_view name);

// Checks for endpoints.
Check require_query(std::string name);
enum class Needed { optional, required };
Check check_integer_query(std::string name, Needed needed);

}  // namespace relay::book
