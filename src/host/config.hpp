// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"
#include "uplink/connection_config.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace relay::host {

// Settings of `relay session host`; the table in cli/settings_session_host.cpp fills and documents
// them.
struct Config {
    std::string listen = "127.0.0.1";     // an address, or `unix:PATH`
    std::uint16_t port = 8888;            // 0: any free one
    std::vector<std::string> ts_listen;   // tcp://ADDRESS:PORT/FEED or udp://ADDRESS:PORT/FEED
    Secret control_token;                 // asked of callers of the API; empty: none is
    std::filesystem::path rules_file;     // YAML; empty: none
    std::filesystem::path token_folder;   // callers of the API may name token files in it alone
    std::filesystem::path state_folder;   // where rules survive a restart; empty: nowhere
    std::filesystem::path record_folder;  // recordings go below it; empty: there are none
    bool record_stamped = false;          // each message behind its time and size
    std::size_t record_rotate_size = 0;   // bytes; 0: no limit
    std::chrono::seconds record_rotate_after{0};  // 0: no limit

    // The relay's topic that commands come from; empty: none.
    std::string control_url;
    Secret control_url_token;
    std::filesystem::path control_url_token_file;

    std::chrono::milliseconds flush_after{5};         // silence that ends an MPEG-TS message
    std::chrono::milliseconds camera_linger{10'000};  // on demand: from its last viewer to its end
    std::size_t max_message = 10 * 1024 * 1024;       // bytes, from a local WebSocket
    std::size_t queue_bytes = 1024 * 1024;            // per destination and local client
    std::chrono::milliseconds video_age{1000};
    std::chrono::milliseconds data_age{5000};
    uplink::ConnectionConfig relays;  // its pings are also those of local clients
    std::chrono::milliseconds shutdown_grace{5000};
};

}  // namespace relay::host
