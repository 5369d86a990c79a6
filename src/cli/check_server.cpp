// SPDX-License-Identifier: Apache-2.0
#include "cli/check_server.hpp"

#include "auth/keyring.hpp"

namespace relay::cli {

Result<std::vector<std::string>> check_server(const server::Config& config) {
    if (config.peer_timeout <= config.ping_every) {
        return fail(Errc::invalid, "peer-timeout: must be longer than ping-every");
    }
    const auto keys = auth::KeyRing::make(config.secret, config.keys);
    if (!keys) return std::unexpected(keys.error());
    std::vector<std::string> warnings = keys->warnings();
    const bool usable = config.relay_fqdn.empty() || config.relay_fqdn.starts_with("ws://") ||
                        config.relay_fqdn.starts_with("wss://");
    if (!usable) {
        warnings.push_back(
            "relay-fqdn begins with neither ws:// nor wss://: browsers cannot use it");
    }
    return warnings;
}

}  // namespace relay::cli
