// SPDX-License-Identifier: Apache-2.0
#include "uplink/access_client.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace relay::uplink {
namespace {

using nlohmann::json;

constexpr std::size_t message_limit = 200;

std::optional<std::string> text_member(const json& object, const char* name) {
    if (!object.is_object()) return std::nullopt;
    const auto member = object.find(name);
    if (member == object.end() || !member->is_string()) return std::nullopt;
    return member->get<std::string>();
}

// The reference answers some refusals with a bare JSON string.
std::string message_of(const net::HttpResponse& answer) {
    const json body = json::parse(answer.body, nullptr, false);
    std::string message =
        body.is_string() ? body.get<std::string>() : text_member(body, "message").value_or("");
    if (message.size() > message_limit) {
        std::size_t end = message_limit;
        while (end > 0 && (message[end] & 0xC0) == 0x80) --end;  // not inside a UTF-8 character
        message = message.substr(0, end) + "...";
    }
    for (char& letter : message)
        if (static_cast<unsigned char>(letter) < ' ' || letter == 0x7F) letter = ' ';
    return message;
}

Result<net::Url> read_answer(const net::HttpResponse& answer) {
    if (answer.status != 200) return std::unexpected(refusal("access refused", answer));
    const auto uri = text_member(json::parse(answer.body, nullptr, false), "uri");
    if (!uri) return fail(Errc::unavailable, "the access server's answer holds no uri");
    auto url = net::parse_url(*uri);
    if (!url || !url->is_websocket())
        return fail(Errc::unavailable, "the access server's uri is not a WebSocket address");
    return url;
}

}  // namespace

Error refusal(std::string_view what, const net::HttpResponse& answer) {
    std::string text(what);
    text.append(" with status ").append(std::to_string(answer.status));
    const std::string message = message_of(answer);
    if (!message.empty()) text.append(": ").append(message);
    return {net::errc_of_status(answer.status), std::move(text)};
}

boost::asio::awaitable<std::expected<net::Url, AccessFailure>> try_access(
    net::Url access_url, Secret token, net::HttpClientSettings settings, std::stop_token stop) {
    net::HttpFields fields;
    fields.add("Authorization", token.reveal());
    fields.add("Content-Type", "application/json");
    fields.add("Accept", "application/json");
    const auto answer = co_await net::http_request(std::move(access_url), "POST", std::move(fields),
                                                   "{}", std::move(settings), std::move(stop));
    if (!answer) co_return std::unexpected(AccessFailure{answer.error()});
    auto url = read_answer(*answer);
    if (url) co_return std::move(*url);
    co_return std::unexpected(AccessFailure{std::move(url.error()), answer->status});
}

boost::asio::awaitable<Result<net::Url>> request_access(net::Url access_url, Secret token,
                                                        net::HttpClientSettings settings,
                                                        std::stop_token stop) {
    auto url = co_await try_access(std::move(access_url), std::move(token), std::move(settings),
                                   std::move(stop));
    if (url) co_return std::move(*url);
    co_return std::unexpected(std::move(url.error().error));
}

}  // namespace relay::uplink
