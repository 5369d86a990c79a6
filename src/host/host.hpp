// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "host/config.hpp"
#include "host/equipment/equipment_rules.hpp"
#include "host/rules/rules.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace relay::host {

// The session host: takes video and data from programs beside an experiment and carries them to
// relays, as its rules say. It runs on two threads of its own, one for messages and one for the
// rules; call it from any other.
class Host {
public:
    explicit Host(Config config);
    ~Host();  // as stop()

    // Puts the rules of the settings in force and listens from now on; the bound port, 0 for a Unix
    // socket. Errc::unavailable when the address is taken, Errc::invalid for a mistake in the rules
    // file, and errors of the folders named by the settings. Once only.
    Result<std::uint16_t> start();

    // The listeners of config.ts_listen with their bound ports. After start(), before stop().
    std::vector<std::string> ts_addresses();

    // Closes everything in order, for at most config.shutdown_grace. For good.
    void stop();

    // Reads the rules file again, in the background; a bad one changes nothing.
    void reload();

    // As by the HTTP API: in force when they return. After start(), before stop().
    Result<Stream> set_stream(Stream stream);
    Result<Destination> set_destination(Destination destination);
    // Instead of the cameras of the rules file, until that is read again. After start().
    void set_cameras(std::vector<CameraRule> cameras);
    std::string status();  // as GET /status

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

// The path in a `listen` setting of the form `unix:PATH`; empty for an address.
std::string unix_socket_path(const std::string& listen);

}  // namespace relay::host
