// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "net/proxy.hpp"
#include "net/tls_context.hpp"

#include <chrono>

namespace relay::uplink {

struct Settings;  // uplink/uplink.hpp

// What users set about connections to relays, the same for every command that makes some; the rows
// in cli/settings_uplink.cpp fill and document it.
struct ConnectionConfig {
    net::ProxySettings proxy;
    net::TlsContext::Settings tls;
    std::chrono::milliseconds ping_every{10'000};
    std::chrono::milliseconds peer_timeout{25'000};
    std::chrono::milliseconds retry_min{500};
    std::chrono::milliseconds retry_max{10'000};
};

// Reads the certificates once; the connections share them. Errc::invalid, beginning with the
// setting's name and with the file's where there is one, when a file cannot be used, a proxy's
// address is malformed, or two settings contradict each other.
Result<Settings> make_settings(const ConnectionConfig& config);

}  // namespace relay::uplink
