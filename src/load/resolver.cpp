// SPDX-License-Identifier: Apache-2.0
#include "load/resolver.hpp"

#include <cstring>
#include <memory>
#include <netdb.h>

namespace relay::load {

Result<Address> Resolver::find(const net::Url& url) {
    const std::string key = url.host + " " + std::to_string(url.port);
    if (const auto known = known_.find(key); known != known_.end()) return known->second;

    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int error =
        ::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &list);
    if (error != 0) return fail(Errc::unavailable, url.host + ": " + ::gai_strerror(error));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    Address address;
    std::memcpy(&address.bytes, list->ai_addr, list->ai_addrlen);
    address.size = list->ai_addrlen;
    return known_.emplace(key, address).first->second;
}

}  // namespace relay::load
