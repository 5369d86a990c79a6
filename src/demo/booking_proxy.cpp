// SPDX-License-Identifier: Apache-2.0
#include "demo/booking_proxy.hpp"

#include "demo/static_files.hpp"
#include "net/http_client.hpp"

#include <array>
#include <utility>

namespace relay::demo {
namespace {

constexpr std::size_t body_limit = 1024 * 1024;

// Origin stays behind: for the booking server the page is one of its own.
constexpr std::array request_fields{"Authorization", "Content-Type", "Accept", "Idempotency-Key"};
constexpr std::array response_fields{"Allow", "Retry-After", "Cache-Control"};

net::HttpFields fields_of(const net::HttpRequest& request) {
    net::HttpFields fields;
    for (const char* name : request_fields)
        if (const auto value = request.fields.find(name)) fields.add(name, std::string(*value));
    fields.add("X-Forwarded-For", request.remote_address);
    return fields;
}

net::HttpResponse response_of(net::HttpResponse answer) {
    net::HttpFields kept;
    for (const char* name : response_fields)
        if (const auto value = answer.fields.find(name)) kept.add(name, std::string(*value));
    answer.fields = std::move(kept);
    return answer;
}

}  // namespace

bool is_for_bookings(const net::HttpRequest& request) {
    const auto path = request.path();
    return path.starts_with("/api/v1/") || path == "/openapi.json";
}

boost::asio::awaitable<void> BookingProxy::serve(net::HttpExchange& exchange) const {
    if (const auto body = co_await exchange.read_body(body_limit); !body) {
        const int status = body.error().code == Errc::limit ? 413 : 400;
        net::HttpResponse refused = net::error_response(status, body.error().detail);
        co_await exchange.respond(std::move(refused));
        co_return;
    }
    const net::HttpRequest& request = exchange.request();
    net::Url url{.scheme = "http", .host = "127.0.0.1", .port = port_, .target = request.target};
    net::HttpClientSettings settings;
    auto answer = co_await net::http_request(std::move(url), request.method, fields_of(request),
                                             request.body, std::move(settings));
    net::HttpResponse response =
        answer ? response_of(std::move(*answer)) : net::error_response(502, answer.error().detail);
    if (const auto host = request.fields["Host"]; is_host(host))
        response.body =
            replace_address(std::move(response.body), relay_, "http://" + std::string(host));
    co_await exchange.respond(std::move(response));
}

std::string replace_address(std::string text, std::string_view address, std::string_view by) {
    const std::string sought = std::string(address) + "/";
    for (auto at = text.find(sought); at != text.npos; at = text.find(sought, at + by.size()))
        text.replace(at, address.size(), by);
    return text;
}

}  // namespace relay::demo
