// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace relay::host {

// Settings of `relay session host`; the table in cli/settings_session_host.cpp fills and documents
// them.
struct Config {
    std::string listen = "127.0.0.1";
    std::uint16_t port = 8888;  // 0: any free one

    std::chrono::milliseconds flush_after{5};    // silence that ends an MPEG-TS message
    std::size_t max_message = 10 * 1024 * 1024;  // bytes, from a local WebSocket
    std::size_t queue_bytes = 1024 * 1024;       // per destination and local client
    std::chrono::milliseconds video_age{1000};
    std::chrono::milliseconds data_age{5000};
    std::chrono::milliseconds ping_every{10'000};
    std::chrono::milliseconds peer_timeout{25'000};
    std::chrono::milliseconds retry_min{500};
    std::chrono::milliseconds retry_max{2'500};  // a relay that restarts has its hosts back in 3 s
    std::chrono::milliseconds shutdown_grace{5000};
};

}  // namespace relay::host
