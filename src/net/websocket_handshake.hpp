// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_message.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace relay::net {

// Whether the request asks for a WebSocket at all (`Upgrade: websocket`).
bool asks_for_websocket(const HttpRequest& request);

// Whether the request offers the subprotocol (RFC 6455 §1.9).
bool offers_subprotocol(const HttpRequest& request, std::string_view name);

// The whole 101 answer, or the refusal that says what is wrong: 400, or 426 for another version
// than 13 (RFC 6455 §4.2). It selects `subprotocol`, which the request must have offered, unless
// that is empty; the subprotocol `null`, which old clients ask for, is confirmed then.
std::expected<std::string, HttpResponse> websocket_answer(const HttpRequest& request,
                                                          std::string_view subprotocol = "");

}  // namespace relay::net
