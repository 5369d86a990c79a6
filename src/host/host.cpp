// SPDX-License-Identifier: Apache-2.0
#include "host/host.hpp"

#include "base/log.hpp"
#include "host/control/api.hpp"
#include "host/control/control_feed.hpp"
#include "host/control/control_guard.hpp"
#include "host/control/origin.hpp"
#include "host/destinations/destinations.hpp"
#include "host/equipment/equipment.hpp"
#include "host/feeds/ingest.hpp"
#include "host/feeds/local_clients.hpp"
#include "host/feeds/ts_listener.hpp"
#include "host/rules/rules_service.hpp"
#include "host/status/metrics_text.hpp"
#include "host/status/status_json.hpp"
#include "net/call_on.hpp"
#include "net/http_server.hpp"
#include "net/io_threads.hpp"
#include "net/router.hpp"
#include "net/websocket_handshake.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <future>
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
    limits.ping_every = config.relays.ping_every;
    limits.peer_timeout = config.relays.peer_timeout;
    return limits;
}

asio::awaitable<void> respond(HttpExchange& exchange, HttpResponse response) {
    (void)co_await exchange.respond(std::move(response));  // the peer may have left: no matter
}

HttpResponse only_publishing() {
    HttpResponse response = net::error_response(405, "a feed's MPEG-TS is posted here");
    response.fields.add("Allow", "POST, PUT");
    return response;
}

}  // namespace

std::string unix_socket_path(const std::string& listen) {
    constexpr std::string_view scheme = "unix:";
    return listen.starts_with(scheme) ? listen.substr(scheme.size()) : "";
}

class Host::Implementation {
public:
    explicit Implementation(Config config);

    Result<std::uint16_t> start();
    void stop();

    RulesService& service() { return *service_; }
    // Returns when the host's thread has done what the service has posted to it.
    void catch_up() {
        net::call_on(thread(), [] {});
    }
    std::string status() {
        return net::call_on(thread(), [this] { return status_json(view()); });
    }
    void replace_cameras(std::vector<CameraRule> cameras) {
        net::call_on(thread(), [&] { set_cameras(std::move(cameras)); });
    }
    std::vector<std::string> ts_addresses() {
        return net::call_on(thread(), [this] { return ts_listeners_->addresses(); });
    }

private:
    net::IoThread& thread() { return threads_[0]; }
    HostView view() const {
        return {.feeds = feeds_,
                .rules = rules_,
                .destinations = *destinations_,
                .started = started_,
                .now = std::chrono::steady_clock::now(),
                .equipment = equipment_ ? &*equipment_ : nullptr,
                .rules_file_error = file_error_};
    }
    std::string metrics() {
        return net::call_on(thread(), [this] { return metrics_text(view()); });
    }

    RulesService::Consequences consequences();
    Result<void> open_inputs();
    Result<std::uint16_t> listen();
    void begin_equipment(std::uint16_t port);
    void set_cameras(std::vector<CameraRule> cameras);
    void close_all(std::function<void()> ended);

    asio::awaitable<void> handle(HttpExchange& exchange);
    asio::awaitable<void> publish(HttpExchange& exchange, const std::string& name);
    asio::awaitable<void> join(HttpExchange& exchange, const std::string& name);
    asio::awaitable<void> answer(HttpExchange& exchange);
    Result<std::shared_ptr<Feed>> find_feed(const std::string& name);

    // In the order of dependence. The service's part belongs to its thread, all else to thread().
    const SteadyTime started_ = std::chrono::steady_clock::now();
    const Config config_;
    const net::WebSocketLimits limits_;
    const bool is_local_ = is_loopback(config_.listen);
    Rules rules_;  // those of the service, as far as they have come here
    std::string file_error_;
    Feeds feeds_;
    net::IoThreads threads_{1};
    std::optional<Destinations> destinations_;
    std::optional<Equipment> equipment_;
    std::vector<CameraRule> cameras_;  // until the port is known
    std::vector<BridgeRule> bridges_;
    bool is_listening_ = false;
    std::optional<TsListeners> ts_listeners_;
    std::optional<LocalClients> clients_;
    std::optional<RulesService> service_;
    std::optional<ControlFeed> control_feed_;
    std::optional<net::Router> router_;  // called on the service's thread
    std::optional<net::HttpServer> server_;
};

Host::Implementation::Implementation(Config config)
    : config_(std::move(config)), limits_(client_limits(config_)), rules_(config_.record_folder) {
    destinations_.emplace(thread().context(), config_, rules_, feeds_);
    clients_.emplace(thread(), limits_);
    service_.emplace(config_, consequences());
    control_feed_.emplace(feeds_, thread(), service_->thread(), service_->editor());
    router_.emplace(
        api_routes(service_->editor(), [this] { return status(); }, [this] { return metrics(); }));
    server_.emplace(threads_, [this](HttpExchange& exchange) { return handle(exchange); });
}

RulesService::Consequences Host::Implementation::consequences() {
    return {.change_rules =
                [this](std::function<void(Rules&)> change) {
                    thread().post([this, change = std::move(change)] { change(rules_); });
                },
            .set_equipment =
                [this](std::vector<CameraRule> cameras, std::vector<BridgeRule> bridges) {
                    thread().post([this, cameras = std::move(cameras),
                                   bridges = std::move(bridges)]() mutable {
                        bridges_ = std::move(bridges);
                        set_cameras(std::move(cameras));
                    });
                },
            .set_file_error =
                [this](std::string reason) {
                    thread().post([this, reason = std::move(reason)]() mutable {
                        file_error_ = std::move(reason);
                    });
                }};
}

Result<std::uint16_t> Host::Implementation::start() {
    auto ready = net::call_on(thread(), [this] { return open_inputs(); });
    if (ready) ready = service_->start();
    if (!ready) return std::unexpected(ready.error());
    const auto port = listen();
    if (!port) return port;
    net::call_on(thread(), [this, &port] { begin_equipment(*port); });
    if (const auto watched = service_->watch(); !watched) return std::unexpected(watched.error());
    return port;
}

Result<void> Host::Implementation::open_inputs() {
    equipment_.emplace(thread().context(), feeds_, config_);
    ts_listeners_.emplace(thread().context(), feeds_,
                          TsListenerSettings{.flush_after = config_.flush_after});
    if (auto opened = destinations_->open_recorder(); !opened) return opened;
    if (auto read = destinations_->read_connection_settings(); !read) return read;
    return ts_listeners_->listen(config_.ts_listen);
}

Result<std::uint16_t> Host::Implementation::listen() {
    const std::string path = unix_socket_path(config_.listen);
    if (path.empty()) return server_->listen(config_.listen, config_.port);
    const auto listening = server_->listen_on_unix_socket(path);
    if (!listening) return std::unexpected(listening.error());
    return std::uint16_t{0};
}

void Host::Implementation::begin_equipment(std::uint16_t port) {
    if (port != 0) equipment_->set_port(port);
    is_listening_ = true;
    equipment_->apply(cameras_, bridges_);
}

void Host::Implementation::set_cameras(std::vector<CameraRule> cameras) {
    cameras_ = std::move(cameras);
    if (is_listening_) equipment_->apply(cameras_, bridges_);
}

void Host::Implementation::stop() {
    if (!server_) return;
    server_.reset();  // ends the publishers as well
    service_->stop();
    // Shared, since what holds it may end as late as the thread's context.
    const auto ended = std::make_shared<std::promise<void>>();
    auto all_ended = ended->get_future();
    thread().post([this, ended] { close_all([ended] { ended->set_value(); }); });
    if (all_ended.wait_for(config_.shutdown_grace) == std::future_status::timeout)
        log::warn("not all connections closed in time");
    net::call_on(thread(), [this] {
        ts_listeners_.reset();
        equipment_.reset();
    });
    threads_.stop();
    clients_.reset();
    destinations_.reset();
}

// `ended` is called when the last destination, client, camera and bridge have ended.
void Host::Implementation::close_all(std::function<void()> ended) {
    const std::shared_ptr<void> all(nullptr, [ended = std::move(ended)](void*) { ended(); });
    clients_->close_all(all);
    destinations_->stop([all] {});
    if (ts_listeners_) ts_listeners_->stop();
    if (equipment_) equipment_->stop([all] {});
}

asio::awaitable<void> Host::Implementation::handle(HttpExchange& exchange) {
    const net::HttpRequest& request = exchange.request();
    const std::string path(net::strip_base_path(request.path(), ""));
    auto refusal =
        is_open_to_all(path) ? std::nullopt : refuse_without(config_.control_token, request);
    if (is_foreign(request)) {
        co_await respond(exchange, net::error_response(403, "pages from elsewhere are refused"));
    } else if (is_local_ && has_foreign_name(request)) {
        co_await respond(exchange, net::error_response(403,
                                                       "ask for 127.0.0.1 or localhost: this "
                                                       "host has no other name"));
    } else if (refusal) {
        co_await respond(exchange, std::move(*refusal));
    } else if (const auto ts = net::match_path("/ts/{feed*}", path)) {
        co_await publish(exchange, ts->front());
    } else if (const auto ws = net::match_path("/ws/{feed*}", path)) {
        co_await join(exchange, ws->front());
    } else {
        co_await answer(exchange);
    }
}

Result<std::shared_ptr<Feed>> Host::Implementation::find_feed(const std::string& name) {
    const auto valid = parse_name(name, "feed");
    if (!valid) return std::unexpected(valid.error());
    return feeds_.obtain(*valid, std::chrono::steady_clock::now());
}

asio::awaitable<void> Host::Implementation::publish(HttpExchange& exchange,
                                                    const std::string& name) {
    auto feed = find_feed(name);
    const std::string& method = exchange.request().method;
    if (method == "GET" || method == "HEAD")  // who only looks must not take a camera's place
        co_await respond(exchange, only_publishing());
    else if (!feed)
        co_await respond(exchange, net::error_response(400, feed.error().detail));
    else if ((*feed)->name() == control_feed)
        co_await respond(exchange, net::error_response(400, "feed: takes commands, no video"));
    else
        co_await ingest(exchange, std::move(*feed), config_.flush_after);
}

asio::awaitable<void> Host::Implementation::join(HttpExchange& exchange, const std::string& name) {
    auto switching = net::websocket_answer(exchange.request());
    auto feed = find_feed(name);
    if (!switching)
        co_await respond(exchange, std::move(switching.error()));
    else if (!feed)
        co_await respond(exchange, net::error_response(400, feed.error().detail));
    else
        clients_->add(exchange.hand_over(), std::move(*feed), *switching);
}

// The answer is made on the service's thread, which may wait for the disk.
asio::awaitable<void> Host::Implementation::answer(HttpExchange& exchange) {
    const auto read = co_await exchange.read_body(longest_rule);
    if (!read) {
        if (read.error().code == Errc::limit)
            co_await respond(exchange, net::error_response(413, read.error().detail));
        co_return;
    }
    const auto make_answer = [](const net::Router& router,
                                const net::HttpRequest& request) -> asio::awaitable<HttpResponse> {
        co_return router.respond(request);
    };
    auto response =
        co_await asio::co_spawn(service_->thread().context(),
                                make_answer(*router_, exchange.request()), asio::use_awaitable);
    co_await respond(exchange, std::move(response));
}

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

void Host::reload() {
    implementation_->service().reload();
}

Result<Stream> Host::set_stream(Stream stream) {
    RulesService& service = implementation_->service();
    auto stored = net::call_on(service.thread(),
                               [&] { return service.editor().set_stream(std::move(stream)); });
    implementation_->catch_up();
    return stored;
}

Result<Destination> Host::set_destination(Destination destination) {
    RulesService& service = implementation_->service();
    auto stored = net::call_on(
        service.thread(), [&] { return service.editor().set_destination(std::move(destination)); });
    implementation_->catch_up();
    return stored;
}

void Host::set_cameras(std::vector<CameraRule> cameras) {
    implementation_->replace_cameras(std::move(cameras));
}

std::vector<std::string> Host::ts_addresses() {
    return implementation_->ts_addresses();
}

std::string Host::status() {
    return implementation_->status();
}

}  // namespace relay::host
