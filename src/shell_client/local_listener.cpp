// SPDX-License-Identifier: Apache-2.0
#include "shell_client/local_listener.hpp"

#include "net/tuple_await.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace relay::shell_client {
namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr mode_t owner_alone = 0600;

}  // namespace

Result<LocalListener> LocalListener::open(boost::asio::io_context& context,
                                          const std::string& listen, std::uint16_t port) {
    if (listen.starts_with(unix_prefix)) {
        auto listener =
            net::listen_on_path(context, listen.substr(unix_prefix.size()), owner_alone);
        if (!listener) return std::unexpected(listener.error());
        LocalListener opened(std::move(listener->acceptor), listen);
        opened.file_.emplace(std::move(listener->file));
        return opened;
    }
    auto acceptor = net::listen_on_address(context, listen, port);
    if (!acceptor) return std::unexpected(acceptor.error());
    const std::string host = listen.contains(':') ? "[" + listen + "]" : listen;
    std::string address = fmt::format("{}:{}", host, net::port_of(*acceptor));
    return LocalListener(std::move(*acceptor), std::move(address));
}

boost::asio::awaitable<Result<FileDescriptor>> LocalListener::accept() {
    auto [error, socket] = co_await acceptor_.async_accept(net::tuple_await);
    if (!error) co_return FileDescriptor(socket.release(error));
    if (!acceptor_.is_open()) co_return fail(Errc::interrupted, "closed");
    co_return fail(Errc::limit, error.message());
}

void LocalListener::close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
}

}  // namespace relay::shell_client
