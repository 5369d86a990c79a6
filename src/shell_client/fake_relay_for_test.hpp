// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/test_peer.hpp"
#include "shell_stream/resumable_stream.hpp"
#include "tunnel/resumable_end.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace relay::shell_client::test {

using namespace net::test;
using net::tuple_await;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

// A relay and, behind it, a host whose target sends back what it gets, in either form.
class FakeRelay {
public:
    explicit FakeRelay(asio::io_context& context)
        : server_(context,
                  [this](tcp::socket& socket) -> awaitable<void> { co_await serve(socket); }) {}

    std::string url() const { return server_.url("http", "/shell/spin30"); }

    // As a relay that is killed.
    void cut() {
        boost::system::error_code ignored;
        if (socket_) socket_->close(ignored);
    }
    // On the current connection.
    awaitable<bool> close_with(int code, std::string reason) {
        co_await leg_->async_close({static_cast<websocket::close_code>(code), reason}, tuple_await);
        co_return true;
    }

    // What an access request is answered with: a status and a message; 200 gives an address.
    std::function<std::pair<int, std::string>()> access = [] { return std::pair(200, ""); };
    bool offers_resume = true;
    bool host_answers = true;
    int close_code = 0;  // of a relay that closes at once

    std::vector<std::string> requests;  // targets of the access requests
    std::vector<std::string> tokens;
    int connections = 0;
    std::string echoed;
    std::optional<shell_stream::ResumableStream> host;
    std::string closed;  // code of the client's last close

private:
    using Leg = websocket::stream<tcp::socket&>;

    awaitable<void> serve(tcp::socket& socket) {
        boost::beast::flat_buffer buffer;
        http::request<http::string_body> request;
        co_await http::async_read(socket, buffer, request, asio::use_awaitable);
        if (!websocket::is_upgrade(request)) co_return co_await give_access(socket, request);
        Leg leg(socket);
        const bool selects = offers_resume && !request["Sec-WebSocket-Protocol"].empty();
        leg.set_option(websocket::stream_base::decorator([&](websocket::response_type& answer) {
            if (selects) answer.set("Sec-WebSocket-Protocol", std::string(tunnel::resume_protocol));
        }));
        leg.binary(true);
        co_await leg.async_accept(request, asio::use_awaitable);
        ++connections;
        socket_ = &socket;
        leg_ = &leg;
        if (close_code != 0) co_await close_with(close_code, "by the relay");
        co_await carry(leg, selects);
        closed = std::to_string(leg.reason().code);
        if (host) host->disconnected(number_, Closed::otherwise, {});
        if (socket_ == &socket) socket_ = nullptr;
    }

    awaitable<void> give_access(tcp::socket& socket,
                                const http::request<http::string_body>& request) {
        requests.emplace_back(request.target());
        tokens.emplace_back(request["Authorization"]);
        const auto [status, message] = access();
        const std::string uri = server_.url("ws", "/shell/spin30/1?code=one-time");
        const std::string body =
            status == 200 ? "{\"uri\":\"" + uri + "\"}" : "{\"message\":\"" + message + "\"}";
        co_await write_text(socket, json_answer(std::to_string(status) + " Status", body));
    }

    awaitable<void> carry(Leg& leg, bool resumable) {
        ++number_;
        for (;;) {
            boost::beast::flat_buffer buffer;
            const auto [error, size] = co_await leg.async_read(buffer, tuple_await);
            if (error) co_return;
            if (resumable) {
                const auto data = buffer.data();
                take({static_cast<const std::uint8_t*>(data.data()), size});
                if (host_answers) co_await answer(leg);
            } else {
                echoed.append(static_cast<const char*>(buffer.data().data()), size);
                co_await leg.async_write(buffer.data(), asio::use_awaitable);
            }
        }
    }

    void take(std::span<const std::uint8_t> payload) {
        const auto frame = shell_stream::decode(payload).value();
        if (const auto* open = std::get_if<shell_stream::Open>(&frame)) {
            if (!host) host.emplace(*open, shell_stream::StreamSettings{}, now());
            host->arrived(number_, *open);
        } else if (const auto* resume = std::get_if<shell_stream::Resume>(&frame)) {
            host->arrived(number_, *resume);
        } else {
            host->received(number_, payload);
        }
    }

    awaitable<void> answer(Leg& leg) {
        echo();
        while (const auto frame = host->next_frame()) {
            const auto payload = frame->payload();
            const auto [error, count] =
                co_await leg.async_write(asio::buffer(payload.data(), payload.size()), tuple_await);
            if (error) co_return;
        }
    }

    // As the target: its window is that of the stream.
    void echo() {
        for (auto bytes = host->write_bytes(); !bytes.empty(); bytes = host->write_bytes()) {
            const std::string text(bytes.begin(), bytes.end());
            host->written(text.size());
            echoed += text;
            for (std::size_t sent = 0; sent < text.size();) {
                const auto room = host->read_room();
                const std::size_t count = std::min(room.size(), text.size() - sent);
                std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(sent), count, room.begin());
                host->read(count);
                sent += count;
            }
        }
        if (!host->half_close_due()) return;
        host->half_closed();
        host->read_end();
    }

    using Closed = shell_stream::ResumableStream::Closed;
    static SteadyTime now() { return std::chrono::steady_clock::now(); }

    Server server_;
    tcp::socket* socket_ = nullptr;  // of the current connection
    Leg* leg_ = nullptr;
    shell_stream::ConnectionNumber number_ = 0;
};

}  // namespace relay::shell_client::test
