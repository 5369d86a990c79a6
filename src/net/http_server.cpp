// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.hpp"

#include "base/log.hpp"
#include "net/http_exchange_detail.hpp"
#include "net/io_threads.hpp"
#include "net/listening_socket.hpp"
#include "net/tuple_await.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>

namespace relay::net {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr mode_t owner_and_group = 0660;

// Shared with the coroutines, which may outlive the HttpServer by the turn they end in.
class HttpServer::Implementation : public std::enable_shared_from_this<Implementation> {
public:
    Implementation(IoThreads& threads, Handler handler, HttpServerLimits limits,
                   TrustedProxies trusted_proxies)
        : threads_(threads),
          handler_(std::move(handler)),
          limits_(limits),
          trusted_proxies_(std::move(trusted_proxies)),
          streams_(threads.size()) {}

    Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
    Result<void> listen_on_unix_socket(const std::filesystem::path& path);
    void stop();

private:
    using Stream = HttpStream;
    using Socket = HttpStream::socket_type;

    void accept_from(Acceptor acceptor);
    asio::awaitable<void> accept(std::shared_ptr<Acceptor> acceptor);
    void begin(Socket socket, std::size_t thread);
    asio::awaitable<void> serve(Socket socket, std::size_t thread);
    asio::awaitable<void> serve_requests(Stream& stream);
    void task_began() { ++tasks_; }
    void task_ended();

    IoThreads& threads_;
    Handler handler_;
    const HttpServerLimits limits_;
    const TrustedProxies trusted_proxies_;
    std::vector<std::shared_ptr<Acceptor>> acceptors_;  // served by thread 0
    std::vector<SocketFile> socket_files_;
    std::vector<std::set<Stream*>> streams_;  // per thread, touched by it alone
    std::atomic<bool> stopping_ = false;
    std::atomic<std::size_t> tasks_ = 0;
    std::mutex mutex_;
    std::condition_variable all_ended_;
};

Result<std::uint16_t> HttpServer::Implementation::listen(const std::string& address,
                                                         std::uint16_t port) {
    auto acceptor = listen_on_address(threads_[0].context(), address, port);
    if (!acceptor) return std::unexpected(acceptor.error());
    const std::uint16_t bound = port_of(*acceptor);
    accept_from(std::move(*acceptor));
    return bound;
}

Result<void> HttpServer::Implementation::listen_on_unix_socket(const std::filesystem::path& path) {
    auto listener = listen_on_path(threads_[0].context(), path, owner_and_group);
    if (!listener) return std::unexpected(listener.error());
    socket_files_.push_back(std::move(listener->file));
    accept_from(std::move(listener->acceptor));
    return {};
}

void HttpServer::Implementation::accept_from(Acceptor acceptor) {
    auto shared = std::make_shared<Acceptor>(std::move(acceptor));
    acceptors_.push_back(shared);
    task_began();
    asio::co_spawn(threads_[0].context(), accept(std::move(shared)),
                   [self = shared_from_this()](const std::exception_ptr&) { self->task_ended(); });
}

// One acceptor hands connections to the threads in turn: the message path moves each to its topic's
// thread anyway, and unlike SO_REUSEPORT a second relay cannot share the port unnoticed.
asio::awaitable<void> HttpServer::Implementation::accept(std::shared_ptr<Acceptor> acceptor) {
    asio::steady_timer pause(threads_[0].context());
    for (std::size_t next = 0; !stopping_; next = (next + 1) % threads_.size()) {
        auto [error, socket] =
            co_await acceptor->async_accept(threads_[next].context(), tuple_await);
        if (stopping_) break;
        if (!error) {
            if (tasks_ < limits_.connections) begin(std::move(socket), next);
            continue;
        }
        // Out of descriptors, most likely: nothing tells when one is free again.
        log::error("cannot accept a connection", {{"reason", error.message()}});
        pause.expires_after(100ms);
        co_await pause.async_wait(tuple_await);
    }
}

void HttpServer::Implementation::begin(Socket socket, std::size_t thread) {
    task_began();
    asio::co_spawn(threads_[thread].context(), serve(std::move(socket), thread),
                   [self = shared_from_this()](const std::exception_ptr& thrown) {
                       if (thrown) log::error("a request handler failed");
                       self->task_ended();
                   });
}

asio::awaitable<void> HttpServer::Implementation::serve(Socket socket, std::size_t thread) {
    boost::system::error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    Stream stream(std::move(socket));
    streams_[thread].insert(&stream);
    try {
        if (!stopping_) co_await serve_requests(stream);
    } catch (const std::exception& thrown) {
        log::error("a request handler failed", {{"reason", thrown.what()}});
    }
    streams_[thread].erase(&stream);
}

asio::awaitable<void> HttpServer::Implementation::serve_requests(Stream& stream) {
    HttpConnection connection{stream, limits_, trusted_proxies_};
    while (!stopping_) {
        ConnectionExchange exchange(connection);
        const bool has_request = co_await exchange.read_header();
        if (!has_request) co_return;
        co_await handler_(exchange);
        if (stopping_) co_return;  // does not wait for the rest of a body that was given up
        const bool more = co_await exchange.finish();
        if (!more) co_return;
    }
}

void HttpServer::Implementation::task_ended() {
    const std::lock_guard lock(mutex_);
    if (--tasks_ == 0) all_ended_.notify_all();
}

void HttpServer::Implementation::stop() {
    if (stopping_.exchange(true)) return;
    threads_[0].post([self = shared_from_this()] {
        boost::system::error_code ignored;
        for (auto& acceptor : self->acceptors_) acceptor->close(ignored);
    });
    for (std::size_t i = 0; i < threads_.size(); ++i) {
        threads_[i].post([self = shared_from_this(), i] {
            for (Stream* stream : self->streams_[i]) stream->cancel();
        });
    }
    std::unique_lock lock(mutex_);
    all_ended_.wait(lock, [this] { return tasks_ == 0; });
    socket_files_.clear();
}

HttpServer::HttpServer(IoThreads& threads, Handler handler, HttpServerLimits limits,
                       TrustedProxies trusted_proxies)
    : implementation_(std::make_shared<Implementation>(threads, std::move(handler), limits,
                                                       std::move(trusted_proxies))) {}

HttpServer::~HttpServer() {
    stop();
}

Result<std::uint16_t> HttpServer::listen(const std::string& address, std::uint16_t port) {
    return implementation_->listen(address, port);
}

Result<void> HttpServer::listen_on_unix_socket(const std::filesystem::path& path) {
    return implementation_->listen_on_unix_socket(path);
}

void HttpServer::stop() {
    implementation_->stop();
}

}  // namespace relay::net
