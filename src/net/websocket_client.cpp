// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_client.hpp"

#include "net/client_connection_detail.hpp"
#include "net/http_client.hpp"
#include "net/time_limit.hpp"
#include "wire/handshake.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace relay::net {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using wire::CloseCode;

HttpFields handshake_fields(const std::string& key, const WebSocketSettings& settings) {
    HttpFields fields;
    fields.add("Upgrade", "websocket");
    fields.add("Connection", "Upgrade");
    fields.add("Sec-WebSocket-Key", key);
    fields.add("Sec-WebSocket-Version", "13");
    fields.add("User-Agent", settings.user_agent);
    if (!settings.subprotocol.empty()) fields.add("Sec-WebSocket-Protocol", settings.subprotocol);
    for (const auto& [name, value] : settings.fields) fields.add(name, value);
    return fields;
}

// RFC 6455 §4.1, the client's checks of the server's answer.
std::optional<WebSocketFailure> find_fault(const HttpResponse& answer, const std::string& key,
                                           std::string_view offered) {
    const auto fault = [](std::string text) {
        return WebSocketFailure{{Errc::unavailable, std::move(text)}, std::nullopt};
    };
    if (answer.status != 101) {
        const std::string status = std::to_string(answer.status);
        return WebSocketFailure{
            {errc_of_status(answer.status), "WebSocket refused with status " + status}, answer};
    }
    if (!answer.fields.has_token("Upgrade", "websocket") ||
        !answer.fields.has_token("Connection", "upgrade"))
        return fault("the server's answer does not upgrade to a WebSocket");
    if (answer.fields["Sec-WebSocket-Accept"] != wire::accept_key(key))
        return fault("the server's answer has a wrong Sec-WebSocket-Accept");
    const auto selected = answer.fields.find("Sec-WebSocket-Protocol");
    if (answer.fields.find("Sec-WebSocket-Extensions") ||
        (selected && (offered.empty() || *selected != offered)))
        return fault("the server chose an extension or protocol that was not offered");
    return std::nullopt;
}

std::unexpected<WebSocketFailure> failed(Error error) {
    return std::unexpected(WebSocketFailure{std::move(error), std::nullopt});
}

awaitable<std::expected<ReceivedResponse, WebSocketFailure>> shake_hands(
    ByteStream& stream, const Url& url, const WebSocketSettings& settings, std::stop_token stop) {
    const std::string key = wire::random_key();
    const auto request = request_text(url, "GET", handshake_fields(key, settings), "");
    if (!request) co_return failed(request.error());

    const auto executor = co_await asio::this_coro::executor;
    const TimeLimit limit(executor, settings.handshake_timeout, std::move(stop),
                          [&] { stream.close(); });
    const std::string doing = "WebSocket handshake with " + url.without_query();
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(request->data());
    const auto sent = co_await stream.write_all({bytes, request->size()});
    if (!sent) co_return failed(limit.failure(doing, sent.error()).error());
    auto received = co_await receive_response(stream, 64 * 1024);
    if (!received) co_return failed(limit.failure(doing, received.error()).error());
    if (auto fault = find_fault(received->response, key, settings.subprotocol))
        co_return std::unexpected(std::move(*fault));
    co_return std::move(*received);
}

}  // namespace

awaitable<std::expected<std::unique_ptr<WebSocketClient>, WebSocketFailure>>
WebSocketClient::connect(Url url, WebSocketSettings settings, std::stop_token stop) {
    auto stream = co_await connect_stream(url, settings.connect, stop);
    if (!stream) co_return failed(stream.error());
    auto answer = co_await shake_hands(**stream, url, settings, std::move(stop));
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    settings.subprotocol = answer->response.fields["Sec-WebSocket-Protocol"];
    const auto executor = co_await asio::this_coro::executor;
    auto connection = std::make_unique<Connection>(std::move(*stream), std::move(answer->beyond),
                                                   std::move(settings), executor);
    co_return std::unique_ptr<WebSocketClient>(new WebSocketClient(std::move(connection)));
}

WebSocketClient::WebSocketClient(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}

WebSocketClient::~WebSocketClient() = default;

awaitable<WebSocketEnd> WebSocketClient::run(MessageSource& source, MessageReceiver& receiver,
                                             std::stop_token stop) {
    return connection_->run(source, receiver, std::move(stop));
}

const std::string& WebSocketClient::subprotocol() const {
    return connection_->subprotocol();
}

void WebSocketClient::pause_reading() {
    connection_->pause_reading();
}

void WebSocketClient::resume_reading() {
    connection_->resume_reading();
}

void WebSocketClient::notify() {
    connection_->notify();
}

void WebSocketClient::close(CloseCode code, std::string_view reason) {
    connection_->close(code, reason);
}

void WebSocketClient::finish() {
    connection_->finish();
}

}  // namespace relay::net
