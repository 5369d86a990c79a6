// SPDX-License-Identifier: Apache-2.0
#include "server/server.hpp"

#include "access/admission.hpp"
#include "access/api.hpp"
#include "base/log.hpp"
#include "net/io_threads.hpp"
#include "net/router.hpp"
#include "net/tuple_await.hpp"
#include "server/gate.hpp"
#include "server/session/relay.hpp"
#include "server/shell/relay.hpp"
#include "server/stats_reporter.hpp"
#include "store/booking_table.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <optional>
#include <sys/resource.h>

namespace relay::server {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t access_body_limit = 64 * 1024;  // clients send `{}` or nothing
constexpr auto closing_time = 3s;

net::WebSocketLimits limits_of(const Config& config) {
    return {.max_message = config.max_message,
            .outbox = {.bytes = config.queue_bytes,
                       .video_age = config.video_age,
                       .data_age = config.data_age},
            .ping_every = config.ping_every,
            .peer_timeout = config.peer_timeout};
}

// As many sockets as the system permits; the soft limit is often 1024.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<std::unique_ptr<access::BookingJournal>> open_journal(const Config& config) {
    if (config.state_dir.empty()) return std::make_unique<access::NoJournal>();
    std::error_code error;
    std::filesystem::create_directories(config.state_dir, error);
    if (error)
        return fail(Errc::internal, fmt::format("state-dir: cannot make {}: {}",
                                                config.state_dir.string(), error.message()));
    auto table = store::BookingTable::open(config.state_dir / "bookings.sqlite");
    if (!table) return fail(Errc::internal, "state-dir: " + table.error().detail);
    return std::make_unique<access::StoredJournal>(std::move(*table));
}

}  // namespace

// Members stand in order of construction: what stands below uses what stands above.
class Server::Implementation {
public:
    Implementation(Config config, Pages pages)
        : config_(std::move(config)),
          pages_(std::move(pages)),
          limits_(limits_of(config_)),
          threads_(config_.io_threads) {}

    Result<Ports> start();
    void stop();

private:
    Result<void> open_admission();
    Result<void> make_relays();
    Result<Ports> listen();
    Result<void> make_api(std::uint16_t relay_port);
    void start_stats();
    void start_housekeeping();
    void stop_housekeeping();
    asio::awaitable<void> repeat(asio::steady_timer& timer, std::chrono::milliseconds period,
                                 Result<void> (access::Admission::*task)());

    asio::awaitable<void> serve_access(net::HttpExchange& exchange);
    asio::awaitable<void> serve_relay(net::HttpExchange& exchange);
    asio::awaitable<void> serve_both(net::HttpExchange& exchange);
    bool is_for_relay(const net::HttpRequest& request);
    void deny(const std::string& booking_id);
    std::vector<ConnectionReport> reports();
    void send_stats();

    const Config config_;
    const Pages pages_;
    const net::WebSocketLimits limits_;
    const WallClock clock_ = wall_clock();
    const WallTime started_ = clock_();
    net::IoThreads threads_;
    asio::thread_pool worker_{1};  // what may wait for the disk, or takes long
    MemberCount members_;
    std::unique_ptr<access::BookingJournal> journal_;
    std::optional<access::Admission> admission_;
    std::optional<Gate> gate_;
    std::optional<SessionRelay> sessions_;  // without sessions it serves the stats topic
    std::unique_ptr<AuditLog> audit_;
    std::optional<ShellRelay> shells_;  // if there are any
    std::optional<net::Router> api_;
    std::atomic<bool> api_ready_ = false;
    std::optional<StatsReporter> stats_;
    std::optional<asio::steady_timer> tidy_timer_;
    std::optional<asio::steady_timer> keep_timer_;
    bool housekeeping_ended_ = false;  // on the worker, as both timers
    std::vector<std::unique_ptr<net::HttpServer>> listeners_;
    bool stopped_ = false;
};

Result<Server::Ports> Server::Implementation::start() {
    raise_descriptor_limit();
    if (auto opened = open_admission(); !opened) return std::unexpected(opened.error());
    if (auto made = make_relays(); !made) return std::unexpected(made.error());
    start_stats();
    const auto ports = listen();
    if (!ports) return ports;
    start_housekeeping();
    return ports;
}

Result<void> Server::Implementation::open_admission() {
    auto journal = open_journal(config_);
    if (!journal) return std::unexpected(journal.error());
    journal_ = std::move(*journal);
    admission_.emplace(clock_, config_.allow_no_booking_id, *journal_,
                       [this](const std::string& booking_id) { deny(booking_id); });
    return admission_->restore();
}

Result<void> Server::Implementation::make_relays() {
    gate_.emplace(net::base_path_of(config_.relay_fqdn), config_.allowed_origins, *admission_);
    sessions_.emplace(threads_, *gate_, *admission_, members_, limits_, config_.topic_split, clock_,
                      [this] { stats_->request(); });
    if (!config_.shell) return {};
    auto audit = AuditLog::open(config_.audit_file);
    if (!audit) return fail(audit.error().code, "audit-file: " + audit.error().detail);
    audit_ = std::move(*audit);
    shells_.emplace(config_,
                    ShellRelay::Parts{.threads = threads_,
                                      .gate = *gate_,
                                      .admission = *admission_,
                                      .audit = *audit_,
                                      .members = members_},
                    clock_, [this](Arrival arrival) {
                        sessions_->admit(SessionArrival{std::move(arrival), {}});
                    });
    return {};
}

Result<void> Server::Implementation::make_api(std::uint16_t relay_port) {
    auto keys = auth::KeyRing::make(config_.secret, config_.keys);
    if (!keys) return std::unexpected(keys.error());
    access::ApiSettings settings{.audience = config_.access_fqdn,
                                 .relay_address = config_.relay_fqdn,
                                 .relay_port = relay_port,
                                 .allowed_origins = config_.allowed_origins,
                                 .leeway = config_.leeway,
                                 .session = config_.session};
    if (shells_)
        settings.has_host = [this](const std::string& topic) { return shells_->has_host(topic); };
    api_.emplace(access::make_api(std::move(settings), std::move(*keys), *admission_, clock_,
                                  [this] { return status_json(reports()); }));
    api_ready_ = true;
    return {};
}

Result<Server::Ports> Server::Implementation::listen() {
    const auto open = [this](std::uint16_t port, auto serve) {
        listeners_.push_back(std::make_unique<net::HttpServer>(
            threads_,
            [this, serve](net::HttpExchange& exchange) { return (this->*serve)(exchange); },
            net::HttpServerLimits{}, config_.trusted_proxies));
        return listeners_.back()->listen(config_.listen, port);
    };
    const bool one = config_.one_listener ||
                     (config_.access_port == config_.relay_port && config_.relay_port != 0);
    Ports ports;
    const auto relay =
        open(config_.relay_port, one ? &Implementation::serve_both : &Implementation::serve_relay);
    if (!relay) return std::unexpected(relay.error());
    ports.access = ports.relay = *relay;
    if (const auto made = make_api(ports.relay); !made) return std::unexpected(made.error());
    if (one) return ports;
    const auto access = open(config_.access_port, &Implementation::serve_access);
    if (!access) return std::unexpected(access.error());
    ports.access = *access;
    return ports;
}

asio::awaitable<void> Server::Implementation::serve_access(net::HttpExchange& exchange) {
    if (!api_ready_) {  // the moment between listening and knowing the port
        co_await exchange.respond(net::error_response(503, "starting"));
        co_return;
    }
    if (pages_ && !api_->knows(exchange.request().path())) {
        co_await pages_(exchange);
        co_return;
    }
    const auto body = co_await exchange.read_body(access_body_limit);
    if (!body) {
        const int status = body.error().code == Errc::limit ? 413 : 400;
        co_await exchange.respond(net::error_response(status, body.error().detail));
        co_return;
    }
    net::HttpResponse response = co_await asio::co_spawn(
        worker_,
        [this, &exchange]() -> asio::awaitable<net::HttpResponse> {
            co_return api_->respond(exchange.request());
        },
        asio::use_awaitable);
    co_await exchange.respond(std::move(response));
}

bool Server::Implementation::is_for_relay(const net::HttpRequest& request) {
    return (config_.session && sessions_->endpoint().wants(request)) ||
           (shells_ && shells_->endpoint().wants(request));
}

asio::awaitable<void> Server::Implementation::serve_relay(net::HttpExchange& exchange) {
    if (shells_ && shells_->endpoint().wants(exchange.request()))
        co_await shells_->endpoint().serve(exchange);
    else if (config_.session)
        co_await sessions_->endpoint().serve(exchange);
    else
        co_await gate_->refuse(exchange, not_found(exchange.request()));
}

asio::awaitable<void> Server::Implementation::serve_both(net::HttpExchange& exchange) {
    if (is_for_relay(exchange.request()))
        co_await serve_relay(exchange);
    else
        co_await serve_access(exchange);
}

void Server::Implementation::deny(const std::string& booking_id) {
    sessions_->close_booking(booking_id);
    if (shells_) shells_->close_booking(booking_id);
}

// From outside the io threads, while they run.
std::vector<ConnectionReport> Server::Implementation::reports() {
    std::vector<std::vector<ConnectionReport>> parts(threads_.size());
    threads_.run_on_each([&](net::IoThread& thread) {
        sessions_->append_reports(thread, parts[thread.index()]);
        if (shells_) shells_->append_reports(thread, parts[thread.index()]);
    });
    std::vector<ConnectionReport> all{internal_report(started_)};
    for (auto& part : parts) std::ranges::move(part, std::back_inserter(all));
    return all;
}

void Server::Implementation::start_stats() {
    stats_.emplace(worker_.get_executor(), config_.stats_every, [this] { send_stats(); });
    stats_->start();
}

void Server::Implementation::send_stats() {
    if (!sessions_->anybody_reads_stats()) return;
    const std::string text = stats_json(reports());
    const auto message = wire::Message::copy_of(
        {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, wire::MessageType::text);
    sessions_->deliver_stats(message);
}

// Repeats a task of the admission's on the worker until its timer is cancelled.
asio::awaitable<void> Server::Implementation::repeat(asio::steady_timer& timer,
                                                     std::chrono::milliseconds period,
                                                     Result<void> (access::Admission::*task)()) {
    for (;;) {
        timer.expires_after(period);
        auto [error] = co_await timer.async_wait(net::tuple_await);
        // A timer that had expired when it was cancelled comes without an error.
        if (error || housekeeping_ended_) co_return;
        if (const auto done = ((*admission_).*task)(); !done)
            log::error("cannot write the state", {{"reason", done.error().detail}});
    }
}

void Server::Implementation::start_housekeeping() {
    const auto ended = [](const std::exception_ptr&) {};
    tidy_timer_.emplace(worker_);
    keep_timer_.emplace(worker_);
    asio::co_spawn(worker_, repeat(*tidy_timer_, config_.tidy_every, &access::Admission::tidy),
                   ended);
    asio::co_spawn(worker_, repeat(*keep_timer_, 1s, &access::Admission::keep_allowed), ended);
}

void Server::Implementation::stop_housekeeping() {
    if (!tidy_timer_) return;
    asio::post(worker_, [this] {
        housekeeping_ended_ = true;
        tidy_timer_->cancel();
        keep_timer_->cancel();
        if (const auto kept = admission_->keep_allowed(); !kept)
            log::error("cannot write the state", {{"reason", kept.error().detail}});
    });
}

void Server::Implementation::stop() {
    if (std::exchange(stopped_, true)) return;
    for (auto& listener : listeners_) listener->stop();
    if (stats_) stats_->stop();
    stop_housekeeping();
    worker_.join();
    constexpr auto reason = "the relay is shutting down";
    if (sessions_) sessions_->close_all(wire::CloseCode::going_away, reason);
    if (shells_) shells_->close_all(wire::CloseCode::going_away, reason);
    if (!members_.wait_for_none(closing_time))
        log::warn("some connections did not answer the close in time");
    threads_.stop();
    shells_.reset();
    sessions_.reset();
}

Server::Server(Config config, Pages pages)
    : implementation_(std::make_unique<Implementation>(std::move(config), std::move(pages))) {}

Server::~Server() {
    stop();
}

Result<Server::Ports> Server::start() {
    return implementation_->start();
}

void Server::stop() {
    implementation_->stop();
}

}  // namespace relay::server
