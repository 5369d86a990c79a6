// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "net/url.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace relay::net {

// HTTP proxies as the environment names them; empty: none. The addresses are `http://host:port`,
// also without `http://`, and may hold `user:password@`, hence they are secrets.
struct ProxySettings {
    Secret http;           // for http and ws
    Secret https;          // for https and wss
    Secret all;            // for both, where they have none of their own
    std::string no_proxy;  // who is reached directly, see choose_proxy
};

// A proxy that opens tunnels (CONNECT, RFC 9110 §9.3.6). A plain value.
struct Proxy {
    Url address;           // where it listens
    Secret authorization;  // value of Proxy-Authorization; empty: none
};

// Errc::invalid for a malformed address and for other kinds of proxy than http; the text of the
// error never repeats the address.
Result<Proxy> parse_proxy(const Secret& address);

// The proxy to use for a URL, or none. Loopback never goes by one, since it names this machine and
// not the proxy's; nor does a host that `no_proxy` lists. Its entries stand between commas or
// blanks: `*` (everything), a name (and what ends with it behind a dot), `.name` or `*.name` (only
// the latter), an address, a range `10.0.0.0/8`; each also with `:port`, which must then be the
// URL's. These are the rules of Go's net/http.
Result<std::optional<Proxy>> choose_proxy(const Url& url, const ProxySettings& settings);

}  // namespace relay::net
