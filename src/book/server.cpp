// SPDX-License-Identifier: Apache-2.0
#include "book/server.hpp"

#include "base/log.hpp"
#include "book/admin/endpoints.hpp"
#include "book/denials/courier.hpp"
#include "book/http/api.hpp"
#include "book/instant/endpoints.hpp"
#include "book/instant/tokens.hpp"
#include "book/metrics_text.hpp"
#include "book/service_endpoints.hpp"
#include "booking_sqlite/open.hpp"
#include "net/call_on.hpp"
#include "net/io_threads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <sys/resource.h>
#include <utility>

namespace relay::book {

namespace asio = boost::asio;

namespace {

// Room for the longest token that is looked at: a longer one is told so by its status.
constexpr net::HttpServerLimits http_limits{.header_bytes = 32 * 1024};

// Of each address, for what needs no token: plenty for whoever watches the server.
constexpr AddressRate::Settings service_rate{.rate = 20, .burst = 200};

// As many sockets as the system permits; the soft limit is often 1024.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<void> check(const Config& config) {
    if (config.audience.empty())
        return fail(Errc::invalid, "audience: tokens have to name the server, so it needs one");
    if (config.login_time <= std::chrono::seconds(0))
        return fail(Errc::invalid, "login-time: tokens would have expired when they are given out");
    return {};
}

Result<std::filesystem::path> database_file(const Config& config) {
    if (config.database.empty()) return config.state_dir / "book.db";
    constexpr std::string_view scheme = "sqlite:";
    if (config.database.starts_with(scheme) && config.database.size() > scheme.size())
        return std::filesystem::path(config.database.substr(scheme.size()));
    return fail(Errc::invalid, "database: sqlite:PATH is expected");
}

Result<std::unique_ptr<booking::Store>> open_store(const Config& config) {
    const auto file = database_file(config);
    if (!file) return std::unexpected(file.error());
    std::error_code error;
    if (file->has_parent_path()) std::filesystem::create_directories(file->parent_path(), error);
    if (error)
        return fail(Errc::internal, fmt::format("{}: cannot make {}: {}",
                                                config.database.empty() ? "state-dir" : "database",
                                                file->parent_path().string(), error.message()));
    auto store = booking_sqlite::open(*file);
    if (!store) return fail(Errc::internal, "database: " + store.error().detail);
    return store;
}

}  // namespace

// Members stand in order of construction: what stands below uses what stands above.
class Server::Implementation {
public:
    Implementation(Config config, Pages pages)
        : config_(std::move(config)), pages_(std::move(pages)), threads_(config_.io_threads) {}

    Result<std::uint16_t> start();
    void stop();

private:
    const Secret& relay_secret() const {
        return config_.relay_secret.empty() ? config_.secret : config_.relay_secret;
    }
    void start_courier();
    Result<void> make_api();
    std::vector<Endpoint> endpoints(const auth::KeyRing& keys);
    asio::awaitable<void> serve(net::HttpExchange& exchange);

    const Config config_;
    const Pages pages_;
    const WallClock clock_ = wall_clock();
    net::IoThreads threads_;
    std::unique_ptr<booking::Store> store_;
    std::optional<Courier> courier_;
    std::optional<Api> api_;
    std::optional<net::HttpServer> listener_;
    bool stopped_ = false;
};

Result<std::uint16_t> Server::Implementation::start() {
    if (const auto checked = check(config_); !checked) return std::unexpected(checked.error());
    raise_descriptor_limit();
    auto store = open_store(config_);
    if (!store) return std::unexpected(store.error());
    store_ = std::move(*store);
    start_courier();
    if (const auto made = make_api(); !made) return std::unexpected(made.error());
    listener_.emplace(
        threads_, [this](net::HttpExchange& exchange) { return serve(exchange); }, http_limits,
        config_.trusted_proxies);
    return listener_->listen(config_.listen, config_.port);
}

void Server::Implementation::start_courier() {
    courier_.emplace(
        threads_[0].context(), *store_,
        Courier::Settings{.relay_secret = relay_secret(), .optimistic = config_.deny_optimistic},
        clock_);
    courier_->wake();  // for what was left when the server last ended
}

std::vector<Endpoint> Server::Implementation::endpoints(const auth::KeyRing& keys) {
    const auto tokens =
        std::make_shared<const Tokens>(Tokens::Settings{.audience = config_.audience,
                                                        .secret = config_.secret,
                                                        .relay_secret = relay_secret(),
                                                        .leeway = config_.leeway,
                                                        .login_time = config_.login_time,
                                                        .keep_user = config_.keep_user},
                                       keys);
    const auto on_denial = [this] { courier_->wake(); };
    std::vector<Endpoint> all = instant_endpoints(tokens, config_.max_sessions, on_denial);
    const PoolstoreSettings settings{.login_time = config_.login_time,
                                     .max_sessions = config_.max_sessions};
    std::ranges::move(admin_endpoints(on_denial, settings), std::back_inserter(all));
    return all;
}

Result<void> Server::Implementation::make_api() {
    auto keys = auth::KeyRing::make(config_.secret, config_.keys);
    if (!keys) return std::unexpected(keys.error());
    const auto counts = std::make_shared<RequestCounts>();
    std::vector<Endpoint> root = service_endpoints();
    root.push_back(metrics_endpoint(counts));
    EndpointTable table(endpoints(*keys), std::move(root), net::base_path_of(config_.audience));
    api_.emplace(
        Api::Settings{.audience = config_.audience,
                      .allowed_origins = config_.allowed_origins,
                      .leeway = config_.leeway,
                      .login_rate = {.rate = config_.login_rate,
                                     .burst = static_cast<double>(config_.login_burst)},
                      .service_rate = service_rate,
                      .clock = clock_,
                      .observe = [counts](std::string_view method, std::string_view pattern,
                                          int status) { counts->add(method, pattern, status); }},
        std::move(*keys), *store_, std::move(table));
    return {};
}

asio::awaitable<void> Server::Implementation::serve(net::HttpExchange& exchange) {
    if (pages_ && !api_->knows(exchange.request().path()))
        co_await pages_(exchange);
    else
        co_await api_->serve(exchange);
}

// The store answers all that has been asked before anything that waits for it goes.
void Server::Implementation::stop() {
    if (std::exchange(stopped_, true)) return;
    if (listener_) listener_->stop();
    if (courier_) net::call_on(threads_[0], [this] { courier_->stop(); });
    if (store_) store_->stop();
    threads_.stop();
}

Server::Server(Config config, Pages pages)
    : implementation_(std::make_unique<Implementation>(std::move(config), std::move(pages))) {}

Server::~Server() {
    stop();
}

Result<std::uint16_t> Server::start() {
    return implementation_->start();
}

void Server::stop() {
    implementation_->stop();
}

}  // namespace relay::book
