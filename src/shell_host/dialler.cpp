// SPDX-License-Identifier: Apache-2.0
#include "shell_host/dialler.hpp"

#include "base/log.hpp"
#include "net/byte_stream.hpp"

namespace relay::shell_host {

boost::asio::awaitable<Result<FileDescriptor>> Dialler::dial(TargetAddress target,
                                                             std::stop_token stop) {
    auto socket = co_await net::connect_tcp(target.host, target.port, timeout_, stop);
    if (!stop.stop_requested()) note(target.text(), socket);
    co_return std::move(socket);
}

void Dialler::note(const std::string& target, const Result<FileDescriptor>& outcome) {
    if (outcome) {
        failing_.erase(target);
        return;
    }
    const bool is_new = failing_.insert(target).second;
    log::write(is_new ? log::Level::warn : log::Level::debug, "target not reached",
               {{"target", target}, {"error", outcome.error().detail}});
}

}  // namespace relay::shell_host
