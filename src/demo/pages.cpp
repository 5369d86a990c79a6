// SPDX-License-Identifier: Apache-2.0
#include "demo/pages.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <utility>

namespace relay::demo {
namespace {

using namespace std::chrono_literals;

constexpr auto viewer_lifetime = 1h;

Result<nlohmann::json> access_to(const std::string& topic, std::vector<std::string> scopes,
                                 std::string_view host, const TokenIssuer& issuer) {
    const auto token = issuer.issue(topic, std::move(scopes), viewer_lifetime);
    if (!token) return std::unexpected(token.error());
    return nlohmann::json{{"url", fmt::format("http://{}/session/{}", host, topic)},
                          {"token", token->reveal()}};
}

}  // namespace

net::HttpResponse Pages::respond(const net::HttpRequest& request) const {
    if (request.path() == "/session.json") return describe_session(request);
    if (auto response = files_.respond(request)) return std::move(*response);
    return net::error_response(404, "not found");
}

boost::asio::awaitable<void> Pages::serve(net::HttpExchange& exchange) const {
    net::HttpResponse response = respond(exchange.request());
    co_await exchange.respond(std::move(response));
}

net::HttpResponse Pages::describe_session(const net::HttpRequest& request) const {
    if (request.method != "GET") return net::error_response(405, "only GET is allowed here");
    // By the address that the browser used, which is known to lead here.
    const auto host = request.fields["Host"];
    if (!is_host(host)) return net::error_response(400, "the request names no host");
    const auto video = access_to(video_topic, {"read"}, host, issuer_);
    const auto data = access_to(data_topic, {"read", "write"}, host, issuer_);
    if (!video || !data) return net::error_response(500, "no token could be made");
    net::HttpResponse response;
    response.body =
        nlohmann::json{{"title", "Pendulum"}, {"video", *video}, {"data", *data}}.dump();
    response.fields.add("Cache-Control", "no-store");
    return response;
}

}  // namespace relay::demo
