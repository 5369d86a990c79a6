// SPDX-License-Identifier: Apache-2.0
#include "book/http/reply.hpp"

#include "access/http_status.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace relay::book {
namespace {

std::string text_of(const nlohmann::json& value) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

net::HttpResponse response_of(int status, std::string body) {
    net::HttpResponse response{.status = status, .body = std::move(body)};
    // Answers are for one caller, and tell how things are at this moment.
    response.fields.set("Cache-Control", "no-store");
    // RFC 9110 §15.5.2 requires it with every 401.
    if (status == 401) response.fields.set("WWW-Authenticate", "Bearer");
    if (status == 503) response.fields.set("Retry-After", "1");
    return response;
}

}  // namespace

net::HttpResponse reply(const nlohmann::json& value, int status) {
    return response_of(status, text_of(value) + "\n");
}

net::HttpResponse refusal(int status, std::string_view message) {
    return reply(nlohmann::json(message), status);
}

net::HttpResponse framework_error(int status, int code, std::string_view message) {
    return response_of(status, text_of({{"code", code}, {"message", message}}));
}

net::HttpResponse error_reply(const Error& error) {
    return refusal(access::http_status(error.code), error.detail);
}

}  // namespace relay::book
