// SPDX-License-Identifier: Apache-2.0
// Whatever stands in X-Forwarded-For, a client's address is one that is not trusted, and stays the
// same whatever is written before it; one who is not trusted cannot say anything.
#include "net/trusted_proxies.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using relay::net::TrustedProxies;

std::string client(const TrustedProxies& proxies, const std::string& peer, std::string forwarded) {
    relay::net::HttpFields fields;
    fields.add("X-Forwarded-For", std::move(forwarded));
    return proxies.client_of(peer, fields);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto proxies = TrustedProxies::on_this_machine();
    static const std::string other = "203.0.113.9", stranger = "192.0.2.1", local = "127.0.0.1";
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (client(proxies, stranger, text) != stranger) std::abort();
    const std::string found = client(proxies, local, text);
    const bool is_trusted = client(proxies, found, other) == other;
    if (!is_trusted && client(proxies, local, found) != found) std::abort();
    if (!is_trusted && client(proxies, local, other + "," + text) != found) std::abort();
    return 0;
}
