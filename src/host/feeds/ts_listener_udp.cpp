// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"
#include "host/feeds/ts_listener_detail.hpp"
#include "host/feeds/ts_publisher.hpp"
#include "net/tuple_await.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/multicast.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace relay::host {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::udp;
using net::tuple_await;

constexpr int kernel_buffer = 4 * 1024 * 1024;  // bytes; a pause of ours loses nothing
constexpr std::size_t batch_size = 64 * 1024;   // datagrams are handed on in batches
constexpr int most_datagrams = 1024;            // at once: refused ones fill no batch
constexpr std::size_t largest_datagram = 64 * 1024;

class UdpListener final : public TsListeners::Listener,
                          public std::enable_shared_from_this<UdpListener> {
public:
    UdpListener(asio::io_context& context, TsAddress address, std::shared_ptr<Feed> feed,
                const TsListenerSettings& settings)
        : address_(std::move(address)),
          feed_(std::move(feed)),
          settings_(settings),
          socket_(context),
          silence_(context),
          batch_(batch_size + largest_datagram) {}

    boost::system::error_code open() {
        boost::system::error_code error;
        const auto ip = asio::ip::make_address(address_.address);
        const udp::endpoint endpoint(ip, address_.port);
        if (socket_.open(endpoint.protocol(), error); error) return error;
        if (ip.is_multicast()) socket_.set_option(udp::socket::reuse_address(true), error);
        if (socket_.bind(endpoint, error); error) return error;
        if (ip.is_multicast()) socket_.set_option(asio::ip::multicast::join_group(ip), error);
        if (error) return error;
        enlarge_buffer();
        socket_.non_blocking(true, error);
        address_.port = socket_.local_endpoint().port();
        return error;
    }

    // Static, so that the coroutine's own frame keeps the listener alive.
    static awaitable<void> receive(std::shared_ptr<UdpListener> self) {
        for (;;) {
            auto [error] = co_await self->socket_.async_wait(udp::socket::wait_read, tuple_await);
            if (error || !self->socket_.is_open()) break;
            self->receive_batch();
        }
        self->end_publisher();
    }

    std::string address() const override { return address_.text(); }

    void stop() override {
        boost::system::error_code ignored;
        socket_.close(ignored);
        silence_.cancel();
        end_publisher();
    }

private:
    // The kernel's limit (net.core.rmem_max) binds only those without privileges.
    void enlarge_buffer() {
        const int socket = socket_.native_handle();
        const auto size = sizeof kernel_buffer;
        if (::setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &kernel_buffer, size) != 0)
            ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &kernel_buffer, size);
    }

    void receive_batch() {
        for (int count = 0; count < most_datagrams && batched_ < batch_size; ++count) {
            udp::endpoint from;
            boost::system::error_code error;
            const std::size_t size = socket_.receive_from(
                asio::buffer(batch_.data() + batched_, largest_datagram), from, 0, error);
            if (error) break;  // none is left
            if (is_publisher(from)) batched_ += size;
        }
        hand_on();
    }

    void hand_on() {
        const std::size_t size = std::exchange(batched_, 0);
        if (size == 0 || !publisher_) return;
        heard_ = std::chrono::steady_clock::now();
        if (!publisher_->push(std::span(batch_).first(size))) end_publisher();  // taken over
    }

    bool is_publisher(const udp::endpoint& from) {
        if (publisher_ && from == sender_) return true;
        if (publisher_) return refuse();
        auto publisher = TsPublisher::begin(socket_.get_executor(), feed_, settings_.flush_after);
        if (!publisher) return refuse();
        publisher_ = std::move(*publisher);
        sender_ = from;
        heard_ = std::chrono::steady_clock::now();
        is_refusal_known_ = false;
        await_silence();
        return true;
    }

    // Logged once for each time that another one has the feed. Returns false.
    bool refuse() {
        if (!std::exchange(is_refusal_known_, true))
            log::warn("a second publisher is refused", {{"address", address_.text()}});
        return false;
    }

    // UDP has no end but silence. The timer is not set anew by each datagram, only when it fires.
    void await_silence() {
        silence_.expires_at(heard_ + settings_.patience);
        silence_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
            const auto self = weak.lock();
            if (error || !self || !self->publisher_) return;
            if (std::chrono::steady_clock::now() - self->heard_ < self->settings_.patience)
                self->await_silence();
            else
                self->end_publisher();
        });
    }

    void end_publisher() {
        if (!publisher_) return;
        silence_.cancel();
        publisher_->finish();
        publisher_.reset();
    }

    TsAddress address_;
    std::shared_ptr<Feed> feed_;
    TsListenerSettings settings_;
    udp::socket socket_;
    asio::steady_timer silence_;
    std::vector<std::uint8_t> batch_;
    std::size_t batched_ = 0;
    std::shared_ptr<TsPublisher> publisher_;
    udp::endpoint sender_;  // the publisher's
    SteadyTime heard_{};    // when it last sent something
    bool is_refusal_known_ = false;
};

}  // namespace

Result<std::shared_ptr<TsListeners::Listener>> listen_udp(asio::io_context& context,
                                                          TsAddress address,
                                                          std::shared_ptr<Feed> feed,
                                                          const TsListenerSettings& settings) {
    auto listener =
        std::make_shared<UdpListener>(context, std::move(address), std::move(feed), settings);
    if (const auto error = listener->open()) return cannot_listen(error);
    asio::co_spawn(context, UdpListener::receive(listener), [](const std::exception_ptr& thrown) {
        if (thrown) log::error("a listener for MPEG-TS failed");
    });
    return listener;
}

}  // namespace relay::host
