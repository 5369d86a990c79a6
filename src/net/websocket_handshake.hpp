// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_message.hpp"

#include <expected>
#include <string>

namespace relay::net {

// Whether the request asks for a WebSocket at all (`Upgrade: websocket`).
bool asks_for_websocket(const HttpRequest& request);

// The whole 101 answer, or the refusal that says what is wrong: 400, or 426 for another version
// than 13 (RFC 6455 §4.2). The subprotocol `null`, which old clients ask for, is confirmed.
std::expected<std::string, HttpResponse> websocket_answer(const HttpRequest& request);

}  // namespace relay::net
