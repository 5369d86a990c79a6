// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <map>
#include <string>

#include "base/error.hpp"
#include "net/url.hpp"

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
