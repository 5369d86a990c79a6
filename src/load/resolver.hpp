// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "net/url.hpp"

#include <map>
#include <string>
#include <sys/socket.h>

namespace relay::load {

struct Address {
    sockaddr_storage bytes{};
    socklen_t size = 0;
};

// Addresses of hosts, each asked for once. The first question for a name blocks. One thread.
class Resolver {
public:
    Result<Address> find(const net::Url& url);

private:
    std::map<std::string, Address> known_;
};

}  // namespace relay::load
