// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "book/server.hpp"
#include "demo/scratch_folder.hpp"
#include "demo/token_issuer.hpp"

#include <cstdint>

namespace relay::demo {

// The booking server of the demo, offering the rigs: a real one, but for its database, which goes
// with the program. On a port of this machine; the page reaches it by BookingProxy. From one
// thread.
class Bookings {
public:
    // Starts it and uploads the manifest, as `relay book upload` does. Errors: those of
    // book::Server::start and book_client::upload.
    static Result<Bookings> start(const TokenIssuer& issuer);

    std::uint16_t port() const { return port_; }
    void stop() { server_->stop(); }

private:
    Bookings(ScratchFolder folder, std::unique_ptr<book::Server> server, std::uint16_t port)
        : folder_(std::move(folder)), server_(std::move(server)), port_(port) {}

    ScratchFolder folder_;
    std::unique_ptr<book::Server> server_;
    std::uint16_t port_;
};

}  // namespace relay::demo
