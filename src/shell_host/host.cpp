// SPDX-License-Identifier: Apache-2.0
#include "shell_host/host.hpp"

#include "base/log.hpp"
#include "shell_host/plain_leg.hpp"
#include "shell_host/resumable_leg.hpp"

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>

namespace relay::shell_host {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto streams_limit = 500ms;           // for the last words of streams, when stopping
constexpr auto stop_limit = 2s;                 // for everything
constexpr std::size_t max_alert = 1024 * 1024;  // longer ones end the manager connection
constexpr std::size_t max_plain_message = 2 * 1024 * 1024;  // old clients send up to 1 MiB

uplink::Settings manager_settings(const Host::Options& options) {
    uplink::Settings settings = options.uplink;
    settings.name = "shell host";
    settings.websocket.max_message = max_alert;
    if (options.resume) settings.websocket.subprotocol = tunnel::resume_protocol;
    return settings;
}

// A target that takes its time makes writing wait as long as it likes.
net::WebSocketSettings leg_settings(net::WebSocketSettings settings, std::size_t max_message,
                                    std::string_view subprotocol) {
    settings.write_timeout = 0ms;
    settings.max_message = max_message;
    settings.subprotocol = subprotocol;
    return settings;
}

}  // namespace

Host::Host(asio::io_context& context, Options options)
    : context_(context),
      options_(std::move(options)),
      plain_(leg_settings(options_.uplink.websocket, max_plain_message, "")),
      resumable_(leg_settings(options_.uplink.websocket, shell_stream::max_frame,
                              tunnel::resume_protocol)),
      dialler_(options_.dial_timeout),
      streams_(context.get_executor(), options_.limits, dialler_, [this] { return has_room(); }),
      patience_(context),
      uplink_(context, options_.relay, manager_settings(options_), *this) {}

std::size_t Host::plain_legs() const {
    return static_cast<std::size_t>(
        std::ranges::count(legs_, false, [](const auto& each) { return each.second.resumable; }));
}

// --- alerts

void Host::on_connected() {
    const auto address = net::parse_url(uplink_.status().websocket);
    manager_ = address ? std::optional(*address) : std::nullopt;
    if (options_.on_connected) options_.on_connected();
}

void Host::on_message(wire::MessagePtr message) {
    auto alert = parse_alert(*message);
    if (!alert) return ignore(alert.error().detail);
    std::visit([this](auto&& each) { obey(std::move(each)); }, std::move(*alert));
}

void Host::ignore(const std::string& why) {
    if (ignored_.is_new(why)) log::warn("alert of the relay ignored", {{"reason", why}});
}

void Host::obey(ConnectAlert alert) {
    if (!manager_ || !leads_to_relay(alert, *manager_))
        return ignore("its uri does not lead to this topic at the host's own relay");
    if (alert.resumable && !options_.resume) return ignore("its subprotocol was not offered");
    if (legs_.contains(alert.connection)) return ignore("its uuid is in use");
    // A stream that moves to a new connection has two for a while.
    if (legs_.size() >= 2 * options_.connections) return ignore("too many clients");
    const bool resumable = alert.resumable;
    start_leg(visit_of(std::move(alert)), resumable);
}

// A resumable stream may be one that exists: whether there is room for it is seen later.
Visit Host::visit_of(ConnectAlert alert) const {
    Visit visit{std::move(alert.connection), std::move(alert.address),
                fail(Errc::not_found, "no such target")};
    if (!alert.resumable && !has_room())
        visit.target = fail(Errc::limit, "the host has too many connections");
    else if (const TargetAddress* target = options_.targets.find(alert.target))
        visit.target = *target;
    return visit;
}

// A relay of ours closes the client's WebSocket behind the last byte, which may still be on its
// way: this news has overtaken it. For others there is the alert alone. A resumable stream lasts
// longer than its connections in any case.
void Host::obey(const DisconnectAlert& alert) {
    const auto found = legs_.find(alert.connection);
    if (found == legs_.end() || found->second.resumable || !uplink_.status().subprotocol.empty())
        return;
    Leg& leg = found->second;
    if (leg.farewell_limit) return;
    leg.farewell_limit = std::make_unique<net::TimeLimit>(context_.get_executor(),
                                                          options_.farewell, std::stop_token(),
                                                          [&leg] { leg.farewell.request_stop(); });
}

// --- clients

void Host::start_leg(Visit visit, bool resumable) {
    const std::string connection = visit.connection;
    Leg& leg = legs_[connection];
    leg.resumable = resumable;
    auto stop = leg.stop.get_token();
    auto task = resumable ? serve_resumable(std::move(visit), resumable_, streams_, std::move(stop))
                          : serve_plain(std::move(visit), plain_, dialler_,
                                        leg.farewell.get_token(), std::move(stop));
    asio::co_spawn(context_, std::move(task), [this, connection](std::exception_ptr failure) {
        if (failure) log::error("a client's connection ended by an internal error");
        leg_ended(connection);
    });
}

void Host::leg_ended(const std::string& connection) {
    legs_.erase(connection);
    end_if_over();
}

// --- the end

void Host::stop(std::function<void()> ended) {
    ended_ = std::move(ended);
    uplink_.stop([this] {
        uplink_ended_ = true;
        end_if_over();
    });
    streams_.stop();
    if (streams_.size() == 0) return stop_legs();
    for (auto& [connection, leg] : legs_)
        if (!leg.resumable) leg.stop.request_stop();
    patience_.expires_after(streams_limit);
    patience_.async_wait([this](const boost::system::error_code& error) {
        if (!error) stop_legs();
    });
}

// Cuts short what is still being said.
void Host::stop_legs() {
    for (auto& [connection, leg] : legs_) leg.stop.request_stop();
    patience_.expires_after(stop_limit - streams_limit);
    patience_.async_wait([this](const boost::system::error_code& error) {
        if (!error && ended_) std::exchange(ended_, nullptr)();
    });
}

void Host::end_if_over() {
    if (!uplink_ended_ || !legs_.empty() || !ended_) return;
    patience_.cancel();
    std::exchange(ended_, nullptr)();
}

}  // namespace relay::shell_host
