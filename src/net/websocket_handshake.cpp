// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_handshake.hpp"

#include "wire/handshake.hpp"

namespace relay::net {

bool asks_for_websocket(const HttpRequest& request) {
    return request.fields.has_token("Upgrade", "websocket");
}

bool offers_subprotocol(const HttpRequest& request, std::string_view name) {
    return request.fields.has_token("Sec-WebSocket-Protocol", name);
}

std::expected<std::string, HttpResponse> websocket_answer(const HttpRequest& request,
                                                          std::string_view subprotocol) {
    const auto refuse = [](std::string_view why) {
        return std::unexpected(error_response(400, why));
    };
    if (request.method != "GET") return refuse("a WebSocket is asked for with GET");
    if (!asks_for_websocket(request)) return refuse("this address is a WebSocket: Upgrade missing");
    if (!request.fields.has_token("Connection", "Upgrade"))
        return refuse("Connection: Upgrade is missing");
    if (request.fields["Sec-WebSocket-Version"] != "13") {
        HttpResponse response = error_response(426, "Sec-WebSocket-Version must be 13");
        response.fields.add("Sec-WebSocket-Version", "13");
        return std::unexpected(std::move(response));
    }
    const std::string_view key = request.fields["Sec-WebSocket-Key"];
    if (!wire::is_valid_key(key)) return refuse("Sec-WebSocket-Key is not 16 bytes in base64");

    std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        wire::accept_key(key) + "\r\n";
    if (subprotocol.empty() && offers_subprotocol(request, "null")) subprotocol = "null";
    if (!subprotocol.empty())
        answer.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
    return answer + "\r\n";
}

}  // namespace relay::net
