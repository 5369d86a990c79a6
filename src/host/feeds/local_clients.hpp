// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/feeds/local_client.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string_view>

namespace relay::host {

// The WebSockets of local programs. On the host's thread.
class LocalClients {
public:
    // The limits are kept by reference.
    LocalClients(net::IoThread& thread, const net::WebSocketLimits& limits)
        : thread_(thread), limits_(limits) {}

    // Begins with the handshake's answer.
    void add(net::SocketHandover socket, std::shared_ptr<Feed> feed,
             std::string_view handshake_answer);

    // Closes all in order; `ended` is released when the last one has closed.
    void close_all(std::shared_ptr<void> ended);

private:
    void remove(LocalClient& gone);

    net::IoThread& thread_;
    const net::WebSocketLimits& limits_;
    std::map<LocalClient*, std::unique_ptr<LocalClient>> clients_;
    std::shared_ptr<void> ended_;
};

}  // namespace relay::host
