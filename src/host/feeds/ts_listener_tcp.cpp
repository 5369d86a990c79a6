// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"
#include "host/feeds/pace.hpp"
#include "host/feeds/ts_listener_detail.hpp"
#include "host/feeds/ts_publisher.hpp"
#include "net/keep_alive.hpp"
#include "net/tuple_await.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <utility>
#include <vector>

namespace relay::host {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using net::tuple_await;
using namespace std::chrono_literals;

constexpr std::size_t read_size = 64 * 1024;

class TcpListener final : public TsListeners::Listener {
public:
    TcpListener(asio::io_context& context, TsAddress address, std::shared_ptr<Feed> feed,
                const TsListenerSettings& settings)
        : context_(context),
          address_(std::move(address)),
          feed_(std::move(feed)),
          settings_(settings),
          acceptor_(context),
          pause_(context) {}

    boost::system::error_code open() {
        boost::system::error_code error;
        const tcp::endpoint endpoint(asio::ip::make_address(address_.address), address_.port);
        if (acceptor_.open(endpoint.protocol(), error); error) return error;
        acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
        if (acceptor_.bind(endpoint, error); error) return error;
        if (acceptor_.listen(asio::socket_base::max_listen_connections, error); error) return error;
        address_.port = acceptor_.local_endpoint().port();
        return error;
    }

    // Static, as the next one, so that the coroutine's own frame keeps the listener alive.
    static awaitable<void> accept(std::shared_ptr<TcpListener> self) {
        while (self->acceptor_.is_open()) {
            auto [error, socket] = co_await self->acceptor_.async_accept(tuple_await);
            if (!self->acceptor_.is_open()) break;
            if (!error) {
                self->begin(self, std::move(socket));
                continue;
            }
            // Out of descriptors, most likely: nothing tells when one is free again.
            log::error("cannot accept a connection", {{"reason", error.message()}});
            self->pause_.expires_after(100ms);
            co_await self->pause_.async_wait(tuple_await);
        }
    }

    std::string address() const override { return address_.text(); }

    void stop() override {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
        if (connection_) connection_->close(ignored);
    }

private:
    void begin(const std::shared_ptr<TcpListener>& self, tcp::socket socket) {
        auto publisher = TsPublisher::begin(context_.get_executor(), feed_, settings_.flush_after);
        if (!publisher) return refuse();
        is_refusal_known_ = false;
        net::keep_alive(socket.native_handle());
        boost::system::error_code ignored;
        if (connection_) connection_->close(ignored);  // it was silent for long and lost its seat
        connection_ = std::make_shared<tcp::socket>(std::move(socket));
        asio::co_spawn(context_, read(self, connection_, std::move(*publisher)),
                       [](const std::exception_ptr& thrown) {
                           if (thrown) log::error("a publisher's connection failed");
                       });
    }

    // Once for each time that another one has the feed: encoders try again and again.
    void refuse() {
        if (std::exchange(is_refusal_known_, true)) return;
        log::warn("a second publisher is refused", {{"address", address_.text()}});
    }

    static awaitable<void> read(std::shared_ptr<TcpListener> self,
                                std::shared_ptr<tcp::socket> connection,
                                std::shared_ptr<TsPublisher> publisher) {
        std::vector<std::uint8_t> buffer(read_size);
        Pace pace;
        asio::steady_timer pause(self->context_);
        for (;;) {
            auto [error, size] =
                co_await connection->async_read_some(asio::buffer(buffer), tuple_await);
            if (error || !publisher->push(std::span(buffer).first(size))) break;
            const auto wait = pace.after(size, std::chrono::steady_clock::now());
            if (wait.count() == 0) continue;
            pause.expires_after(wait);
            co_await pause.async_wait(tuple_await);
        }
        publisher->finish();
        if (self->connection_ == connection) self->connection_.reset();
    }

    asio::io_context& context_;
    TsAddress address_;
    std::shared_ptr<Feed> feed_;
    TsListenerSettings settings_;
    tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    std::shared_ptr<tcp::socket> connection_;  // the publisher's, shared with its coroutine
    bool is_refusal_known_ = false;
};

}  // namespace

Result<std::shared_ptr<TsListeners::Listener>> listen_tcp(asio::io_context& context,
                                                          TsAddress address,
                                                          std::shared_ptr<Feed> feed,
                                                          const TsListenerSettings& settings) {
    auto listener =
        std::make_shared<TcpListener>(context, std::move(address), std::move(feed), settings);
    if (const auto error = listener->open()) return cannot_listen(error);
    asio::co_spawn(context, TcpListener::accept(listener), [](const std::exception_ptr& thrown) {
        if (thrown) log::error("a listener for MPEG-TS failed");
    });
    return listener;
}

}  // namespace relay::host
