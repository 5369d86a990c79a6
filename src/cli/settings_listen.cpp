// SPDX-License-Identifier: Apache-2.0
#include "cli/settings_listen.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace relay::cli {
namespace {

config::Value proxies_value(net::TrustedProxies& target) {
    return {.kind = "NETWORKS",
            .list = true,
            .store = [&target](std::string_view given) -> Result<void> {
                auto parsed = net::TrustedProxies::parse(config::split_list(given));
                if (!parsed) return std::unexpected(parsed.error());
                target = std::move(*parsed);
                return {};
            },
            .show = [&target] { return fmt::format("{}", fmt::join(target.items(), ", ")); }};
}

}  // namespace

config::Setting listen_setting(std::string& address) {
    return {.name = "listen",
            .group = "Addresses",
            .names = {{"RELAY_LISTEN"}},
            .help = "Local address to listen on; :: is every one, of IPv4 too.",
            .value = config::text(address, "ADDRESS")};
}

config::Setting trusted_proxy_setting(net::TrustedProxies& proxies) {
    return {.name = "trusted-proxy",
            .group = "Addresses",
            .names = {{"RELAY_TRUSTED_PROXY"}},
            .help =
                "Proxies whose X-Forwarded-For is believed, as addresses and networks; unix is "
                "whoever comes by a socket of this machine. A client's address is the last "
                "entry that is none of them. When empty: nobody is believed.",
            .value = proxies_value(proxies)};
}

config::Setting leeway_setting(std::chrono::seconds& leeway) {
    return {.name = "leeway",
            .group = "Tokens",
            .names = {{"RELAY_LEEWAY"}},
            .help = "Difference of clocks that is tolerated in the times of tokens.",
            .value = config::duration(leeway, {.most = std::chrono::hours(1)})};
}

}  // namespace relay::cli
