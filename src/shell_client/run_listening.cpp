// SPDX-License-Identifier: Apache-2.0
#include "shell_client/run_listening.hpp"

#include "base/log.hpp"
#include "net/tuple_await.hpp"
#include "net/yielding_run.hpp"
#include "shell_client/local_listener.hpp"
#include "shell_client/stopping.hpp"
#include "shell_client/stream.hpp"
#include "uplink/repeated_text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <utility>

namespace relay::shell_client {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::awaitable;

constexpr auto accept_pause = 1s;  // when the system has no room for another connection

// The streams there are, and the listener that new ones come from. Kept alive by its coroutines.
class Service : public std::enable_shared_from_this<Service> {
public:
    Service(asio::io_context& context, const Way& way, LocalListener listener, std::size_t most)
        : context_(context),
          way_(way),
          listener_(std::move(listener)),
          most_(most),
          room_(context) {}

    // Static, so that the coroutine's own frame keeps the service alive.
    static awaitable<void> accept_all(std::shared_ptr<Service> service) {
        while (!service->stopping_) {
            auto socket = co_await service->listener_.accept();
            if (socket)
                service->begin(std::move(*socket));
            else if (!service->stopping_)
                co_await service->pause(socket.error());
            if (service->streams_.size() >= service->most_) co_await service->wait_for_room();
        }
    }

    // `ended` is called when the last stream has ended.
    void stop(std::function<void()> ended) {
        stopping_ = true;
        ended_ = std::move(ended);
        listener_.close();
        room_.cancel();
        for (const auto& [number, stream] : streams_) stream->stop();
        if (streams_.empty()) ended_();
    }

private:
    void begin(FileDescriptor socket) {
        if (stopping_) return;
        const std::uint64_t number = ++last_number_;
        const auto stream = std::make_shared<Stream>(
            context_.get_executor(), way_,
            tunnel::LocalStream(context_.get_executor(), std::move(socket)), number);
        streams_.emplace(number, stream);
        asio::co_spawn(context_, Stream::run(stream),
                       [service = shared_from_this(), number](std::exception_ptr failure,
                                                              const StreamEnd& end) {
                           if (failure) log::error("a stream ended by an internal error");
                           if (end.error) service->complain(*end.error);
                           service->forget(number);
                       });
    }

    void complain(const Error& error) {
        const bool is_new = !stopping_ && known_.is_new(error.detail);
        if (is_new) log::warn("stream failed", {{"error", error.detail}});
    }

    void forget(std::uint64_t number) {
        streams_.erase(number);
        room_.cancel();
        if (streams_.empty() && ended_) ended_();
    }

    awaitable<void> pause(const Error& error) {
        if (known_.is_new(error.detail)) log::warn("accept failed", {{"error", error.detail}});
        room_.expires_after(accept_pause);
        co_await room_.async_wait(net::tuple_await);
    }

    awaitable<void> wait_for_room() {
        while (streams_.size() >= most_ && !stopping_) {
            room_.expires_at(asio::steady_timer::time_point::max());
            co_await room_.async_wait(net::tuple_await);
        }
    }

    asio::io_context& context_;
    const Way& way_;
    LocalListener listener_;
    std::size_t most_;
    asio::steady_timer room_;  // cancelled when a stream has ended, and when all are to
    std::map<std::uint64_t, std::shared_ptr<Stream>> streams_;
    std::uint64_t last_number_ = 0;
    uplink::RepeatedText known_;
    std::function<void()> ended_;  // empty until it is to stop
    bool stopping_ = false;
};

// One line of JSON, for whoever started the client.
void tell_address(const std::string& address) {
    nlohmann::ordered_json line;
    line["event"] = "listening";
    line["local"] = address;
    fmt::print("{}\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    std::fflush(stdout);
}

}  // namespace

Result<int> run_listening(const Config& config, const Way& way) {
    asio::io_context context{1};
    auto listener = LocalListener::open(context, config.listen, config.local_port);
    if (!listener) return fail(listener.error().code, "listen: " + listener.error().detail);
    const std::string address = listener->address();
    const auto service =
        std::make_shared<Service>(context, way, std::move(*listener), config.connections);
    asio::signal_set signals(context, SIGINT, SIGTERM, SIGHUP);
    asio::steady_timer limit(context);
    signals.async_wait([&](const boost::system::error_code& error, int) {
        if (error) return;
        signals.clear();  // a second one ends the program the hard way
        service->stop([&] { context.stop(); });
        stop_after(limit, stop_limit, context);
    });
    asio::co_spawn(context, Service::accept_all(service), [](std::exception_ptr failure) {
        if (failure) log::error("accepting ended by an internal error");
    });
    tell_address(address);
    net::run_yielding(context);
    return 0;
}

}  // namespace relay::shell_client
