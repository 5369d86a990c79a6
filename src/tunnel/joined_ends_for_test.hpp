// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shell_stream/frame.hpp"
#include "tunnel/application_for_test.hpp"
#include "tunnel/resumable_end.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// Both ends of a stream, each with its application, and a relay of Beast's between them.
namespace relay::tunnel::test {

namespace websocket = boost::beast::websocket;
using shell_stream::ConnectionNumber;
using shell_stream::ResumableStream;
using Outcome = ResumableStream::Outcome;

// Joins each two connections that come one after the other, and hands messages on between them.
class JoiningRelay {
public:
    explicit JoiningRelay(asio::io_context& context)
        : server_(context,
                  [this](tcp::socket& socket) -> awaitable<void> { co_await serve(socket); }) {}

    net::Url url() const { return *net::parse_url(server_.url("ws")); }

    // As a cable that is pulled, and noticed.
    void cut() {
        for (const auto& leg : legs_) leg->close();
    }
    // As one that nobody notices: nothing passes any more on the connections there are.
    void stall() { first_live_ = legs_.size(); }

    std::size_t messages = 0;  // that passed

private:
    using Leg = websocket::stream<tcp::socket&>;
    struct Place {
        Place(tcp::socket& socket, std::size_t index)
            : leg(socket), partner_came(socket.get_executor()), number(index) {
            partner_came.expires_at(asio::steady_timer::time_point::max());
        }
        void close() {
            boost::system::error_code ignored;
            if (open) leg.next_layer().close(ignored);
        }
        Leg leg;
        asio::steady_timer partner_came;
        std::size_t number;
        bool open = true;
    };

    awaitable<void> serve(tcp::socket& socket) {
        const auto place = std::make_shared<Place>(socket, legs_.size());
        socket.set_option(tcp::no_delay(true));
        place->leg.binary(true);
        legs_.push_back(place);
        co_await place->leg.async_accept(tuple_await);
        accepted_.insert_or_assign(place->number, true);
        const std::size_t other = place->number ^ 1;
        if (accepted_.contains(other))
            legs_[other]->partner_came.cancel();
        else
            co_await place->partner_came.async_wait(tuple_await);
        co_await pump(*place, *legs_[other]);
        legs_[other]->close();
        place->open = false;
    }

    // What nobody takes any more is still read: a connection that is closed with unread input is
    // reset, which may destroy the last message to its peer.
    awaitable<void> pump(Place& from, Place& to) {
        for (bool passes = true;;) {
            boost::beast::flat_buffer buffer;
            const auto [error, size] = co_await from.leg.async_read(buffer, tuple_await);
            if (error) break;
            if (!passes || !to.open || from.number < first_live_) continue;
            ++messages;
            const auto [failure, count] = co_await to.leg.async_write(buffer.data(), tuple_await);
            passes = !failure;
        }
        if (from.leg.reason().code == websocket::close_code::normal && to.open)
            co_await to.leg.async_close(websocket::close_code::normal, tuple_await);
    }

    std::vector<std::shared_ptr<Place>> legs_;
    std::map<std::size_t, bool> accepted_;
    std::size_t first_live_ = 0;
    Server server_;
};

// One end with what its owner does: connections come and go.
class End {
public:
    End(asio::io_context& context, bool is_host, const shell_stream::StreamSettings& settings)
        : context_(context), is_host_(is_host), settings_(settings) {
        if (!is_host) make(ResumableStream(shell_stream::random_stream_key(), settings, now()));
    }

    void set_local(FileDescriptor socket) {
        local_.emplace(context_.get_executor(), std::move(socket));
        give_local();
    }

    // A new connection, which the stream goes on with.
    awaitable<bool> connect(net::Url url) {
        auto client = co_await net::WebSocketClient::connect(url, {}, {});
        if (!client) co_return false;
        const ConnectionNumber number = ++last_number_;
        Link& link = links_[number];
        link.owner = this;
        link.number = number;
        link.client = std::move(*client);
        if (!is_host_) {
            end->stream().connected(number, now());
            end->attach(number, *link.client);
        }
        asio::co_spawn(context_, link.client->run(link, link, {}),
                       [this, number](std::exception_ptr, const net::WebSocketEnd& how) {
                           using enum ResumableStream::Closed;
                           const bool normal = how.code == wire::CloseCode::normal;
                           if (end) end->detach(number, normal ? normally : otherwise);
                           ++closed;
                       });
        co_return true;
    }

    Outcome outcome() const { return end ? end->stream().outcome() : Outcome::open; }

    std::optional<ResumableEnd> end;
    int changes = 0;
    int closed = 0;  // connections

private:
    struct Link final : net::MessageSource, net::MessageReceiver {
        void gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) override {
            if (owner->end) owner->end->gather(number, into, max_bytes);
        }
        void on_message(wire::MessagePtr message) override { owner->arrived(*this, *message); }

        End* owner = nullptr;
        ConnectionNumber number = 0;
        std::unique_ptr<net::WebSocketClient> client;
    };

    static SteadyTime now() { return std::chrono::steady_clock::now(); }

    void make(ResumableStream stream) {
        end.emplace(context_.get_executor(), std::move(stream), [this] { changed(); });
        give_local();
    }

    void give_local() {
        if (end && local_) end->set_local(std::move(*local_));
        if (end) local_.reset();
    }

    void arrived(Link& link, const wire::Message& message) {
        const auto frame = shell_stream::decode(message.payload());
        if (const auto* open = frame ? std::get_if<shell_stream::Open>(&*frame) : nullptr) {
            if (!end) make(ResumableStream(*open, settings_, now()));
            if (end->stream().arrived(link.number, *open) == ResumableStream::Arrival::accepted)
                end->attach(link.number, *link.client);
        } else if (const auto* resume =
                       frame ? std::get_if<shell_stream::Resume>(&*frame) : nullptr) {
            if (end->stream().arrived(link.number, *resume) == ResumableStream::Arrival::accepted)
                end->attach(link.number, *link.client);
        } else if (end) {
            end->received(link.number, message);
        }
    }

    void changed() {
        ++changes;
        const auto current = links_.find(end->stream().connection());
        if (end->stream().done() && current != links_.end() && !is_host_)
            current->second.client->close(wire::CloseCode::normal, "");
    }

    asio::io_context& context_;
    bool is_host_;
    shell_stream::StreamSettings settings_;
    std::optional<LocalStream> local_;
    std::map<ConnectionNumber, Link> links_;
    ConnectionNumber last_number_ = 0;
};

class JoinedEndsTest : public testing::Test {
protected:
    // Both applications, and the first connection.
    void start() {
        for (auto* side : {&client_, &host_}) {
            side->emplace(loop_.context(), side == &host_, settings_);
            auto [ours, theirs] = tcp_pair();
            auto& application = side == &host_ ? target_ : user_;
            application.emplace(loop_.context(), std::move(theirs),
                                side == &host_ ? target_reads_ : user_reads_);
            (*side)->set_local(std::move(ours));
        }
        connect();
    }
    void connect() {
        for (auto* side : {&client_, &host_})
            ASSERT_TRUE(loop_.await((*side)->connect(relay_.url())));
    }
    // Until the stream is over at both ends.
    void wait_for(Outcome outcome) {
        loop_.run_until(
            [&] { return client_->outcome() == outcome && host_->outcome() == outcome; });
    }
    // Handlers run for a while, in which something is not to happen.
    void pass(std::chrono::milliseconds time) {
        bool passed = false;
        asio::steady_timer timer(loop_.context(), time);
        timer.async_wait([&](auto) { passed = true; });
        loop_.run_until([&] { return passed; });
    }

    Loop loop_;
    shell_stream::StreamSettings settings_{.buffer = 256 * 1024};
    JoiningRelay relay_{loop_.context()};
    bool user_reads_ = true, target_reads_ = true;
    std::optional<Application> user_, target_;  // of the client, of the host
    std::optional<End> client_, host_;
};

}  // namespace relay::tunnel::test
