// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "net/http_message.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string_view>

// The three shapes of answers (spec/booking-instant.md §2).
namespace relay::book {

// The value and a newline. Bytes that are no UTF-8 are replaced.
net::HttpResponse reply(const nlohmann::json& value, int status = 200);

// What handlers refuse with: a bare JSON string and a newline.
net::HttpResponse refusal(int status, std::string_view message);

// What is refused before a handler sees it: {"code":N,"message":".."}, without a newline.
net::HttpResponse framework_error(int status, int code, std::string_view message);

// An error of a handler's work as a refusal.
net::HttpResponse error_reply(const Error& error);

}  // namespace relay::book
