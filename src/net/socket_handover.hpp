// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <unistd.h>
#include <utility>
#include <vector>

namespace relay::net {

// Sole owner of a file descriptor.
class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int number) : number_(number) {}
    FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    FileDescriptor& operator=(FileDescriptor other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~FileDescriptor() {
        if (number_ >= 0) ::close(number_);
    }

    int number() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }

private:
    int number_ = -1;
};

// A connected TCP socket on its way from the HTTP server to the thread that will serve it.
struct SocketHandover {
    FileDescriptor socket;               // non-blocking
    std::vector<std::uint8_t> received;  // bytes read beyond the request's header
};

}  // namespace relay::net
