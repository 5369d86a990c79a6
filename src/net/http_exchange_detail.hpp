// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_server.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <optional>

namespace relay::net {

// A connection by TCP or by a Unix socket.
using HttpStream = boost::beast::basic_stream<boost::asio::generic::stream_protocol>;

// What one HTTP connection keeps between its requests. Only for http_server.cpp.
struct HttpConnection {
    HttpStream& stream;
    const HttpServerLimits& limits;
    const TrustedProxies& trusted_proxies;
    boost::beast::flat_buffer buffer{64 * 1024};
    bool first_request = true;
};

// An HttpExchange over Beast's parser and serializer.
class ConnectionExchange final : public HttpExchange {
public:
    explicit ConnectionExchange(HttpConnection& connection);

    // Waits for a request and reads its header. False when there is none to serve: the client went
    // away, was too slow, or sent what is not HTTP (which is answered here).
    boost::asio::awaitable<bool> read_header();

    // After the handler: answers for one that forgot to, and tells whether the connection stays.
    boost::asio::awaitable<bool> finish();

    HttpRequest& request() override { return request_; }
    boost::asio::awaitable<Result<void>> read_body(std::size_t limit) override;
    boost::asio::awaitable<Result<std::size_t>> read_some(std::span<std::uint8_t> into) override;
    boost::asio::awaitable<Result<void>> respond(HttpResponse response) override;
    SocketHandover hand_over() override;

private:
    boost::asio::awaitable<bool> invite_body();
    boost::asio::awaitable<void> linger();
    boost::asio::awaitable<void> refuse(const boost::system::error_code& error);
    void take_request();

    HttpConnection& connection_;
    std::optional<boost::beast::http::request_parser<boost::beast::http::buffer_body>> parser_;
    HttpRequest request_;
    bool invited_ = false;  // 100 Continue was sent, or not asked for
    bool answered_ = false;
    bool handed_over_ = false;
    bool closing_ = false;    // the answer said Connection: close
    bool body_lost_ = false;  // the client went away in the middle of it, or was too slow
};

}  // namespace relay::net
