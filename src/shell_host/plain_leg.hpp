// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/websocket_client.hpp"
#include "shell_host/dialler.hpp"
#include "shell_host/visit.hpp"

#include <boost/asio/awaitable.hpp>

#include <stop_token>

namespace relay::shell_host {

// Serves a client in the plain form, from its alert to the end of both sides. The address and the
// target are dialled together; what the target says first waits in its socket until the WebSocket
// stands, however late. Without a target the WebSocket is closed, with a reason: 4404 for an
// unknown name, 1013 for too many connections, 1011 for one that cannot be reached. `farewell`
// closes the WebSocket, what has come by it is still written; `stop` ends everything. On the
// caller's executor; failures are logged.
boost::asio::awaitable<void> serve_plain(Visit visit, net::WebSocketSettings settings,
                                         Dialler& dialler, std::stop_token farewell,
                                         std::stop_token stop);

}  // namespace relay::shell_host
