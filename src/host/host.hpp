// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "host/config.hpp"
#include "host/rules.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace relay::host {

// The session host: takes video and data from programs beside an experiment and carries them to
// relays, as its rules say. It runs on one thread of its own; call it from any other.
class Host {
public:
    explicit Host(Config config);
    ~Host();  // as stop()

    // Listens from now on; the bound port. Errc::unavailable when the address is taken. Once only.
    Result<std::uint16_t> start();

    // Closes everything in order, for at most config.shutdown_grace. For good.
    void stop();

    // As by the HTTP API. After start(), before stop().
    Result<Stream> set_stream(Stream stream);
    Result<Destination> set_destination(Destination destination);
    std::string status();  // as GET /status

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace relay::host
