// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/file_descriptor.hpp"

#include <cstdint>
#include <vector>

namespace relay::net {

using relay::FileDescriptor;

// A connected TCP socket on its way from the HTTP server to the thread that will serve it.
struct SocketHandover {
    FileDescriptor socket;               // non-blocking
    std::vector<std::uint8_t> received;  // bytes read beyond the request's header
};

}  // namespace relay::net
