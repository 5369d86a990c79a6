// SPDX-License-Identifier: Apache-2.0
#include "uplink/connection_config.hpp"

#include "uplink/uplink.hpp"

#include <string>
#include <utility>

namespace relay::uplink {
namespace {

Result<void> check_proxy(const char* setting, const Secret& address) {
    if (address.empty()) return {};
    const auto proxy = net::parse_proxy(address);
    if (!proxy) return fail(Errc::invalid, std::string(setting) + ": " + proxy.error().detail);
    return {};
}

Result<void> check(const ConnectionConfig& config) {
    if (config.peer_timeout <= config.ping_every)
        return fail(Errc::invalid, "peer-timeout: must be longer than ping-every");
    if (config.retry_max < config.retry_min)
        return fail(Errc::invalid, "retry-max: must not be shorter than retry-min");
    if (config.tls.certificate_file.empty() != config.tls.key_file.empty())
        return fail(Errc::invalid, "client-certificate: is used together with client-key");
    for (const auto& [setting, address] : {std::pair{"https-proxy", &config.proxy.https},
                                           {"http-proxy", &config.proxy.http},
                                           {"all-proxy", &config.proxy.all}})
        if (auto checked = check_proxy(setting, *address); !checked) return checked;
    return {};
}

// The setting that a TLS failure is about: its text begins with the file.
std::string name_setting(const ConnectionConfig& config, const std::string& detail) {
    const bool authority =
        !config.tls.ca_file.empty() && detail.starts_with(config.tls.ca_file.string() + ":");
    if (authority) return "relay-ca: " + detail;
    const bool key =
        !config.tls.key_file.empty() && detail.starts_with(config.tls.key_file.string() + ":");
    return (key ? "client-key: " : "client-certificate: ") + detail;
}

}  // namespace

Result<Settings> make_settings(const ConnectionConfig& config) {
    if (const auto checked = check(config); !checked) return std::unexpected(checked.error());
    auto tls = net::TlsContext::create(config.tls);
    if (!tls) return fail(tls.error().code, name_setting(config, tls.error().detail));
    Settings settings;
    settings.websocket.connect.tls = std::move(*tls);
    settings.websocket.connect.proxy = config.proxy;
    settings.websocket.ping_every = config.ping_every;
    settings.websocket.peer_timeout = config.peer_timeout;
    settings.retry.shortest = config.retry_min;
    settings.retry.longest = config.retry_max;
    return settings;
}

}  // namespace relay::uplink
