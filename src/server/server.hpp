// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "net/http_server.hpp"
#include "server/config.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace relay::server {

// The session relay as an object, for `relay session relay` and for the demo, which runs it beside
// a host. All calls from one thread that is none of its own.
class Server {
public:
    // Gets what neither the access API nor the WebSocket endpoint serves, on the access listener.
    using Pages = net::HttpServer::Handler;

    explicit Server(Config config, Pages pages = {});
    ~Server();  // as stop()

    struct Ports {
        std::uint16_t access = 0;
        std::uint16_t relay = 0;
    };
    // Opens the state and listens. Errors: Errc::invalid for settings, Errc::unavailable for an
    // address that cannot be listened on, Errc::internal for a state that cannot be opened.
    Result<Ports> start();

    // Closes all connections with 1001, waits a little for their answers, and ends.
    void stop();

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace relay::server
