// SPDX-License-Identifier: Apache-2.0
#include "host/host.hpp"

#include "base/log.hpp"
#include "host/api.hpp"
#include "host/destinations.hpp"
#include "host/ingest.hpp"
#include "host/local_client.hpp"
#include "host/origin.hpp"
#include "host/status_json.hpp"
#include "net/http_server.hpp"
#include "net/io_threads.hpp"
#include "net/router.hpp"
#include "net/websocket_handshake.hpp"

#include <chrono>
#include <future>
#include <map>
#include <optional>
#include <utility>

namespace relay::host {
namespace {

namespace asio = boost::asio;
using net::HttpExchange;
using net::HttpResponse;

constexpr std::size_t longest_rule = 64 * 1024;  // bytes of a posted rule

net::WebSocketLimits client_limits(const Config& config) {
    net::WebSocketLimits limits;
    limits.max_message = config.max_message;
    limits.outbox = {.bytes = config.queue_bytes,
                     .video_age = config.video_age,
                     .data_age = config.data_age,
                     .overflow = hub::Overflow::close};
    limits.ping_every = config.ping_every;
    limits.peer_timeout = config.peer_timeout;
    return limits;
}

asio::awaitable<void> respond(HttpExchange& exchange, HttpResponse response) {
    (void)co_await exchange.respond(std::move(response));  // the peer may have left: no matter
}

}  // namespace

class Host::Implementation {
public:
    explicit Implementation(Config config)
        : config_(std::move(config)),
          limits_(client_limits(config_)),
          router_(api_routes(rules_, [this] { return status(); })),
          threads_(1) {
        destinations_.emplace(thread().context(), config_, rules_, feeds_);
        server_.emplace(threads_, [this](HttpExchange& exchange) { return handle(exchange); });
    }

    Result<std::uint16_t> start() { return server_->listen(config_.listen, config_.port); }

    void stop() {
        if (!server_) return;
        server_.reset();  // ends the publishers as well
        // Shared, since what holds it may end as late as the thread's context.
        const auto ended = std::make_shared<std::promise<void>>();
        auto all_ended = ended->get_future();
        thread().post([this, ended] { close_all([ended] { ended->set_value(); }); });
        if (all_ended.wait_for(config_.shutdown_grace) == std::future_status::timeout)
            log::warn("not all connections closed in time");
        threads_.stop();
        clients_.clear();
        destinations_.reset();
    }

    template <class Function>
    auto on_thread(Function function) {
        std::promise<decltype(function())> result;
        auto ready = result.get_future();
        thread().post([&] { result.set_value(function()); });
        return ready.get();
    }

    Rules& rules() { return rules_; }

    std::string status() const {
        return status_json(feeds_, rules_, *destinations_, std::chrono::steady_clock::now());
    }

private:
    net::IoThread& thread() { return threads_[0]; }

    asio::awaitable<void> handle(HttpExchange& exchange) {
        const net::HttpRequest& request = exchange.request();
        const std::string path(net::strip_base_path(request.path(), ""));
        if (is_foreign(request)) {
            co_await respond(exchange,
                             net::error_response(403, "pages from elsewhere are refused"));
        } else if (const auto ts = net::match_path("/ts/{feed*}", path)) {
            co_await publish(exchange, ts->front());
        } else if (const auto ws = net::match_path("/ws/{feed*}", path)) {
            co_await join(exchange, ws->front());
        } else {
            co_await answer(exchange);
        }
    }

    Result<std::shared_ptr<Feed>> find_feed(const std::string& name) {
        const auto valid = parse_name(name, "feed");
        if (!valid) return std::unexpected(valid.error());
        return feeds_.obtain(*valid, std::chrono::steady_clock::now());
    }

    asio::awaitable<void> publish(HttpExchange& exchange, const std::string& name) {
        auto feed = find_feed(name);
        if (feed)
            co_await ingest(exchange, std::move(*feed), config_.flush_after);
        else
            co_await respond(exchange, net::error_response(400, feed.error().detail));
    }

    asio::awaitable<void> join(HttpExchange& exchange, const std::string& name) {
        auto switching = net::websocket_answer(exchange.request());
        auto feed = find_feed(name);
        if (!switching) {
            co_await respond(exchange, std::move(switching.error()));
        } else if (!feed) {
            co_await respond(exchange, net::error_response(400, feed.error().detail));
        } else {
            add_client(exchange.hand_over(), std::move(*feed), *switching);
        }
    }

    void add_client(net::SocketHandover socket, std::shared_ptr<Feed> feed,
                    std::string_view switching) {
        auto client =
            std::make_unique<LocalClient>(thread(), std::move(socket), limits_, std::move(feed),
                                          [this](LocalClient& gone) { remove_client(gone); });
        LocalClient& started = *client;
        clients_[&started] = std::move(client);
        started.start(switching);  // may remove it
    }

    void remove_client(LocalClient& gone) {
        clients_.erase(&gone);
        if (clients_.empty()) clients_ended_.reset();
    }

    asio::awaitable<void> answer(HttpExchange& exchange) {
        const auto read = co_await exchange.read_body(longest_rule);
        if (read) {
            co_await respond(exchange, router_.respond(exchange.request()));
        } else if (read.error().code == Errc::limit) {
            co_await respond(exchange, net::error_response(413, read.error().detail));
        }
    }

    // `ended` is called when the last destination and the last client have closed.
    void close_all(std::function<void()> ended) {
        const std::shared_ptr<void> all(nullptr, [ended = std::move(ended)](void*) { ended(); });
        if (!clients_.empty()) clients_ended_ = all;
        for (auto entry = clients_.begin(); entry != clients_.end();) {
            LocalClient& client = *(entry++)->first;  // closing may remove it
            client.close(wire::CloseCode::going_away, "the host is shutting down");
        }
        destinations_->stop([all] {});
    }

    // In the order of dependence; all but threads_ belongs to the thread.
    const Config config_;
    const net::WebSocketLimits limits_;
    Rules rules_;
    Feeds feeds_;
    net::Router router_;
    net::IoThreads threads_;
    std::optional<Destinations> destinations_;
    std::map<LocalClient*, std::unique_ptr<LocalClient>> clients_;
    std::shared_ptr<void> clients_ended_;
    std::optional<net::HttpServer> server_;
};

Host::Host(Config config) : implementation_(std::make_unique<Implementation>(std::move(config))) {}

Host::~Host() {
    implementation_->stop();
}

Result<std::uint16_t> Host::start() {
    return implementation_->start();
}

void Host::stop() {
    implementation_->stop();
}

Result<Stream> Host::set_stream(Stream stream) {
    return implementation_->on_thread(
        [&] { return implementation_->rules().set_stream(std::move(stream)); });
}

Result<Destination> Host::set_destination(Destination destination) {
    return implementation_->on_thread(
        [&] { return implementation_->rules().set_destination(std::move(destination)); });
}

std::string Host::status() {
    return implementation_->on_thread([&] { return implementation_->status(); });
}

}  // namespace relay::host
