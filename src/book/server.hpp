// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "book/config.hpp"
#include "net/http_server.hpp"

#include <cstdint>
#include <memory>

namespace relay::book {

// The booking server as an object, for `relay book serve` and for the demo. All calls from one
// thread that is none of its own.
class Server {
public:
    // Gets what no endpoint serves.
    using Pages = net::HttpServer::Handler;

    explicit Server(Config config, Pages pages = {});
    ~Server();  // as stop()

    // Opens the database and listens; the bound port. Errors: Errc::invalid for settings,
    // Errc::unavailable for an address that cannot be listened on, Errc::internal for a database
    // that cannot be opened.
    Result<std::uint16_t> start();

    // Answers what it has begun, and ends.
    void stop();

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace relay::book
