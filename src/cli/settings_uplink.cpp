// SPDX-License-Identifier: Apache-2.0
#include "cli/settings_uplink.hpp"

#include <utility>
#include <vector>

namespace relay::cli {
namespace {

using config::Setting;
using std::chrono::hours;
using std::chrono::milliseconds;

constexpr const char* group = "Connections to relays";

Setting row(std::string name, std::vector<config::EnvironmentName> names, std::string help,
            config::Value value) {
    return {.name = std::move(name),
            .group = group,
            .names = std::move(names),
            .help = std::move(help),
            .value = std::move(value)};
}

std::vector<Setting> time_rows(uplink::ConnectionConfig& connection) {
    const config::DurationLimits silence{.least = milliseconds(10), .most = hours(1)};
    const config::DurationLimits wait{.least = milliseconds(1), .most = hours(1)};
    return {
        row("ping-every", {{"RELAY_PING_EVERY"}}, "Silence after which a peer is pinged.",
            config::duration(connection.ping_every, silence)),
        row("peer-timeout", {{"RELAY_PEER_TIMEOUT"}},
            "Silence after which a peer is taken for gone; more than --ping-every.",
            config::duration(connection.peer_timeout, silence)),
        row("retry-min", {{"RELAY_RETRY_MIN"}},
            "Longest wait before the second attempt to connect; it doubles with each.",
            config::duration(connection.retry_min, wait)),
        row("retry-max", {{"RELAY_RETRY_MAX"}},
            "Longest wait between any two attempts to connect; for a relay that restarts it is "
            "2.2 s at most.",
            config::duration(connection.retry_max, wait)),
    };
}

std::vector<Setting> tls_rows(net::TlsContext::Settings& tls) {
    return {
        row("relay-ca", {{"RELAY_CA"}},
            "Certificates (PEM) of authorities to trust in relays, besides the system's.",
            config::path(tls.ca_file)),
        row("client-certificate", {{"RELAY_CLIENT_CERTIFICATE"}},
            "Certificate chain (PEM) to show to relays that ask for one; with --client-key.",
            config::path(tls.certificate_file)),
        row("client-key", {{"RELAY_CLIENT_KEY"}}, "File of the certificate's private key (PEM).",
            config::path(tls.key_file)),
    };
}

// A secret, since it may hold a password.
config::Value proxy_address(Secret& target) {
    config::Value value = config::secret(target);
    value.kind = "URL";
    return value;
}

std::vector<Setting> proxy_rows(net::ProxySettings& proxy) {
    return {
        row("https-proxy", {{"HTTPS_PROXY"}, {"https_proxy"}},
            "HTTP proxy for https:// and wss:// URLs: http://[USER:PASSWORD@]HOST:PORT.",
            proxy_address(proxy.https)),
        row("http-proxy", {{"HTTP_PROXY"}, {"http_proxy"}},
            "The same for http:// and ws://. HTTP_PROXY does not count where REQUEST_METHOD is "
            "set.",
            proxy_address(proxy.http)),
        row("all-proxy", {{"ALL_PROXY"}, {"all_proxy"}},
            "The same for those of the two that are not set.", proxy_address(proxy.all)),
        row("no-proxy", {{"NO_PROXY"}, {"no_proxy"}},
            "Who is reached without a proxy: *, names (with what is below them), .names, "
            "addresses, ranges (10.0.0.0/8), each also with :PORT. This machine always is.",
            config::text(proxy.no_proxy, "LIST")),
    };
}

}  // namespace

void add_uplink_settings(config::Schema& schema, uplink::ConnectionConfig& connection) {
    for (auto& rows :
         {time_rows(connection), tls_rows(connection.tls), proxy_rows(connection.proxy)})
        schema.settings.insert(schema.settings.end(), rows.begin(), rows.end());
}

}  // namespace relay::cli
