// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "net/http_message.hpp"
#include "net/socket_handover.hpp"
#include "net/trusted_proxies.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace relay::net {

class IoThreads;

// One request in progress on its connection. Lives on the connection's io thread, in the coroutine
// that serves it; the handler must answer exactly once: respond() or hand_over().
class HttpExchange {
public:
    virtual ~HttpExchange() = default;

    // Method, target and fields; the body is not read yet.
    virtual HttpRequest& request() = 0;

    // Reads the whole body into request().body. Errc::limit when it is longer than `limit` bytes.
    virtual boost::asio::awaitable<Result<void>> read_body(std::size_t limit) = 0;

    // Reads some of the body, chunked coding removed, with no time-out between pieces: a camera's
    // POST never ends. 0 at its end. Errc::unavailable when the client went away.
    virtual boost::asio::awaitable<Result<std::size_t>> read_some(std::span<std::uint8_t> into) = 0;

    virtual boost::asio::awaitable<Result<void>> respond(HttpResponse response) = 0;

    // Takes the socket out of the HTTP server, to be upgraded to a WebSocket: see
    // websocket_handshake.hpp and websocket_connection.hpp.
    virtual SocketHandover hand_over() = 0;
};

struct HttpServerLimits {
    std::size_t header_bytes = 16 * 1024;
    std::chrono::seconds header_time{10};  // from connect or the previous answer to a whole header
    std::chrono::seconds body_time{10};    // for read_body
    std::chrono::seconds idle_time{60};    // keep-alive between requests
    std::size_t connections = 16'000;      // in HTTP at one time; further ones are closed at once
};

// Listeners plus the HTTP/1.1 connections that came in by them. Connections are spread over the io
// threads; a handler runs on its connection's thread and must not block it.
class HttpServer {
public:
    using Handler = std::function<boost::asio::awaitable<void>(HttpExchange&)>;

    HttpServer(IoThreads& threads, Handler handler, HttpServerLimits limits = {},
               TrustedProxies trusted_proxies = {});
    ~HttpServer();  // as stop()

    // Binds and accepts from now on; the bound port (useful when 0 was asked for).
    // Errc::unavailable with the address in the text when it cannot be bound.
    Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);

    // The same on a socket of this machine, whose file is for its owner and group alone (mode 0660)
    // and is removed by stop(). One that nobody serves any more is replaced; Errc::unavailable when
    // somebody does, or when the path is taken by another file.
    Result<void> listen_on_unix_socket(const std::filesystem::path& path);

    // Stops accepting and closes the connections still in HTTP. Sockets handed over are not
    // touched. Returns when the last handler has ended; call from outside the io threads.
    void stop();

private:
    class Implementation;
    std::shared_ptr<Implementation> implementation_;
};

}  // namespace relay::net
