// SPDX-License-Identifier: Apache-2.0
#include "book/http/body.hpp"

#include "book/http/reply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

namespace relay::book {
namespace {

using nlohmann::json;

constexpr int depth_limit = 32;

// Without parameters and in lower case.
std::string media_type(const net::HttpRequest& request) {
    std::string type(request.fields["Content-Type"]);
    type.resize(std::min(type.find(';'), type.size()));
    while (type.ends_with(' ')) type.pop_back();
    std::ranges::transform(type, type.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return type;
}

// Why it cannot be read, if it cannot.
Result<json> parse_json(std::string_view text) {
    // The library takes a zero byte for the end of the text and would skip what follows.
    if (text.contains('\0')) return fail(Errc::invalid, "it holds a zero byte");
    bool is_deep = false;
    const auto inspect = [&](int depth, json::parse_event_t, const json&) {
        is_deep = is_deep || depth > depth_limit;
        return !is_deep;
    };
    try {
        json value = json::parse(text.begin(), text.end(), inspect);
        if (is_deep) return fail(Errc::invalid, "it is nested too deeply");
        return value;
    } catch (const json::parse_error& error) {
        return fail(Errc::invalid, fmt::format("it is not JSON at byte {}", error.byte));
    } catch (const json::exception&) {
        return fail(Errc::invalid, "it holds a number that is out of range");
    }
}

}  // namespace

std::expected<json, net::HttpResponse> parse_body(const net::HttpRequest& request,
                                                  const Endpoint& endpoint) {
    if (endpoint.body == Body::none || endpoint.body == Body::text) return json();
    json value;
    if (!request.body.empty()) {
        const std::string type = media_type(request);
        // Many clients name none.
        if (!type.empty() && type != "application/json") {
            return std::unexpected(framework_error(
                415, 415,
                fmt::format("unsupported media type \"{}\", only [application/json] are allowed",
                            type)));
        }
        auto parsed = parse_json(request.body);
        if (!parsed) {
            return std::unexpected(
                framework_error(400, 400,
                                fmt::format("parsing {} body from \"\" failed, because {}",
                                            endpoint.body_name, parsed.error().detail)));
        }
        value = std::move(*parsed);
    }
    if (value.is_null() && endpoint.body == Body::json) {
        return std::unexpected(
            framework_error(422, 602, fmt::format("{} in body is required", endpoint.body_name)));
    }
    return value;
}

}  // namespace relay::book
