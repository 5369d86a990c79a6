// SPDX-License-Identifier: Apache-2.0
#include "load/opening.hpp"

#include "wire/handshake.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace relay::load {
namespace {

// The `uri` of an access API's answer; nothing if there is none.
std::string uri_in(std::string_view body) {
    const auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object()) return {};
    const auto uri = json.find("uri");
    return uri != json.end() && uri->is_string() ? uri->get<std::string>() : std::string();
}

}  // namespace

Opening::Opening(net::Url url, Secret token, std::vector<std::string> headers)
    : url_(std::move(url)), token_(std::move(token)), headers_(std::move(headers)) {}

std::string Opening::request() {
    answer_ = HttpAnswer();
    if (!url_.is_websocket())
        return "POST " + url_.target + " HTTP/1.1\r\nHost: " + url_.host_field() +
               "\r\nAuthorization: " + token_.reveal() +
               "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    key_ = wire::random_key();
    std::string request =
        "GET " + url_.target + " HTTP/1.1\r\nHost: " + url_.host_field() +
        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key_ +
        "\r\nSec-WebSocket-Version: 13\r\n";
    for (const std::string& header : headers_) request += header + "\r\n";
    return request + "\r\n";
}

Opening::Step Opening::receive(std::span<const std::uint8_t> bytes) {
    const auto state = answer_.receive(bytes);
    if (state == HttpAnswer::State::invalid) return fail_with("the answer is not HTTP/1.1");
    // A refusal's reason need not be waited for: an upgrade can only end with 101.
    const bool refused = url_.is_websocket() && answer_.status() >= 200;
    if (state == HttpAnswer::State::incomplete && !refused) return Step::need_more;
    return url_.is_websocket() ? finish_upgrade() : finish_asking();
}

Opening::Step Opening::peer_closed() {
    if (answer_.peer_closed() != HttpAnswer::State::complete)
        return fail_with("the peer closed the connection");
    return url_.is_websocket() ? finish_upgrade() : finish_asking();
}

Opening::Step Opening::finish_asking() {
    if (answer_.status() != 200)
        return fail_with("access answered " + std::to_string(answer_.status()));
    auto url = net::parse_url(uri_in(answer_.body()));
    if (!url || !url->is_websocket() || url->is_secure()) return fail_with("access gave no ws URL");
    url_ = *std::move(url);
    return Step::redial;
}

Opening::Step Opening::finish_upgrade() {
    if (answer_.status() != 101)
        return fail_with("upgrade answered " + std::to_string(answer_.status()));
    if (answer_.header("Sec-WebSocket-Accept") != wire::accept_key(key_))
        return fail_with("Sec-WebSocket-Accept is wrong");
    return Step::open;
}

Opening::Step Opening::fail_with(std::string error) {
    error_ = std::move(error);
    return Step::failed;
}

}  // namespace relay::load
