// SPDX-License-Identifier: Apache-2.0
#include "shell_host/plain_leg.hpp"

#include "base/log.hpp"
#include "tunnel/local_stream.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace relay::shell_host {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

constexpr const char* form = "plain";

using OpenedWebSocket = std::expected<std::unique_ptr<net::WebSocketClient>, net::WebSocketFailure>;

// Without a WebSocket nobody needs the target any more.
awaitable<OpenedWebSocket> open_websocket(const net::Url& address, net::WebSocketSettings settings,
                                          std::stop_source& stop) {
    auto client =
        co_await net::WebSocketClient::connect(address, std::move(settings), stop.get_token());
    if (!client) stop.request_stop();
    co_return std::move(client);
}

awaitable<Result<FileDescriptor>> reach(const Result<TargetAddress>& target, Dialler& dialler,
                                        std::stop_token stop) {
    if (!target) co_return std::unexpected(target.error());
    co_return co_await dialler.dial(*target, std::move(stop));
}

// Neither sends nor receives.
class Nobody final : public net::MessageSource, public net::MessageReceiver {
public:
    void gather(std::vector<wire::MessagePtr>&, std::size_t) override {}
    void on_message(wire::MessagePtr) override {}
};

wire::CloseCode close_code_of(Errc code) {
    if (code == Errc::not_found) return wire::CloseCode::no_such_host;
    return code == Errc::limit ? wire::CloseCode::too_slow : wire::CloseCode::internal_error;
}

awaitable<void> turn_away(net::WebSocketClient& client, const Error& why, std::stop_token stop) {
    Nobody nobody;
    client.close(close_code_of(why.code), why.detail);
    co_await client.run(nobody, nobody, std::move(stop));
}

void log_failure(const Visit& visit, const std::string& detail) {
    log::info("stream not opened",
              {{"connection", visit.connection}, {"form", form}, {"error", detail}});
}

}  // namespace

awaitable<void> serve_plain(Visit visit, net::WebSocketSettings settings, Dialler& dialler,
                            std::stop_token farewell, std::stop_token stop) {
    using namespace asio::experimental::awaitable_operators;
    std::stop_source dialling;
    const auto stop_dialling = [&] { dialling.request_stop(); };
    const std::stop_callback on_stop(stop, stop_dialling);
    std::optional<std::stop_callback<decltype(stop_dialling)>> while_dialling;
    while_dialling.emplace(farewell, stop_dialling);
    auto [client, socket] =
        co_await (open_websocket(visit.address, std::move(settings), dialling) &&
                  reach(visit.target, dialler, dialling.get_token()));
    while_dialling.reset();
    if (!client) {
        log_failure(visit, client.error().error.detail);
        co_return;
    }
    const std::stop_callback on_farewell(
        farewell, [&] { (*client)->close(wire::CloseCode::normal, "the client has gone"); });
    if (!socket) {
        log_failure(visit, socket.error().detail);
        co_await turn_away(**client, socket.error(), std::move(stop));
        co_return;
    }
    log_opened(visit, form);
    const auto began = std::chrono::steady_clock::now();
    const auto executor = co_await asio::this_coro::executor;
    tunnel::LocalStream local(executor, std::move(*socket));
    const auto end = co_await tunnel::carry_plain(**client, local, std::move(stop));
    log_ended(visit, form, end, std::chrono::steady_clock::now() - began);
}

}  // namespace relay::shell_host
