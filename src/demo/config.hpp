// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace relay::demo {

// Settings of `relay demo`.
struct Config {
    std::string listen = "127.0.0.1";  // address of pages, booking, access API, WebSockets
    std::uint16_t port = 8080;         // 0: any free one
    bool camera = true;                // start ffmpeg with a test picture
};

}  // namespace relay::demo
