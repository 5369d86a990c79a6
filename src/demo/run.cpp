// SPDX-License-Identifier: Apache-2.0
#include "demo/run.hpp"

#include "demo/booking_proxy.hpp"
#include "demo/bookings.hpp"
#include "demo/camera.hpp"
#include "demo/instrument_link.hpp"
#include "demo/pages.hpp"
#include "demo/reserved_port.hpp"
#include "demo/rigs.hpp"
#include "host/host.hpp"
#include "process/child.hpp"
#include "server/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace relay::demo {
namespace {

using namespace std::chrono_literals;

// Of the host, which presents the same token again whenever it reconnects.
constexpr std::chrono::seconds host_lifetime = 365 * 24h;

server::Config relay_config(const Config& config, std::uint16_t port, const TokenIssuer& issuer) {
    server::Config made;
    made.listen = config.listen;
    made.access_port = made.relay_port = port;
    made.access_fqdn = issuer.relay();
    made.secret = issuer.relay_secret();
    return made;
}

host::Config host_config() {
    host::Config made;
    made.port = 0;
    made.shutdown_grace = 1000ms;
    return made;
}

// Where this machine itself, and a browser on it, reaches the relay.
std::string local_address(const Config& config, std::uint16_t port) {
    const bool any = config.listen == "0.0.0.0" || config.listen == "::";
    const std::string host = any ? "127.0.0.1" : config.listen;
    const std::string bracketed = host.contains(':') ? "[" + host + "]" : host;
    return fmt::format("http://{}:{}", bracketed, port);
}

Result<void> set_destination(host::Host& host, const TokenIssuer& issuer, const std::string& topic,
                             const std::string& stream, std::vector<std::string> scopes) {
    const auto token = issuer.issue(topic, std::move(scopes), host_lifetime);
    if (!token) return std::unexpected(token.error());
    const auto set = host.set_destination({.id = topic,
                                           .stream = stream,
                                           .destination = issuer.relay() + "/session/" + topic,
                                           .token = *token,
                                           .token_file = ""});
    if (!set) return std::unexpected(set.error());
    return {};
}

// What the experiments' own start scripts would post to the session host. One camera for all rigs.
Result<void> set_rules(host::Host& host, const TokenIssuer& issuer) {
    const auto stream = host.set_stream({.stream = "stream/video", .feeds = {"video"}});
    if (!stream) return std::unexpected(stream.error());
    for (const Rig& rig : rigs) {
        auto set = set_destination(host, issuer, rig.video_topic(), "stream/video", {"write"});
        if (set)
            set = set_destination(host, issuer, rig.data_topic(), rig.feed(), {"read", "write"});
        if (!set) return set;
    }
    return {};
}

// Without a camera the rest is still worth showing.
void start_camera(host::Host& host, std::uint16_t host_port) {
    auto command = camera_command(host_port);
    if (process::is_program(command.front()))
        host.set_cameras(
            {{.feed = "video", .command = {.arguments = std::move(command), .shell = ""}}});
    else
        fmt::print("There will be no picture: ffmpeg is not installed (apt install ffmpeg).\n");
}

void announce(const std::string& page) {
    fmt::print("Book an experiment at {} -- Ctrl-C ends it.\n", page);
    fmt::print("{{\"event\":\"listening\",\"page\":\"{}\"}}\n", page);
    std::fflush(stdout);
}

// One address for everything has to be known before the parts that name it are made.
Result<std::uint16_t> choose_port(boost::asio::io_context& context, const Config& config,
                                  std::optional<ReservedPort>& reserved) {
    if (config.port != 0) return config.port;
    auto taken = ReservedPort::take(context, config.listen);
    if (!taken) return std::unexpected(taken.error());
    reserved.emplace(std::move(*taken));
    return reserved->number();
}

}  // namespace

// What stands below uses what stands above; destruction, in reverse, is the orderly end.
Result<int> run(const Config& config) {
    boost::asio::io_context context;
    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    std::optional<ReservedPort> reserved;
    const auto port = choose_port(context, config, reserved);
    if (!port) return std::unexpected(port.error());
    const TokenIssuer issuer(local_address(config, *port));

    auto bookings = Bookings::start(issuer);
    if (!bookings) return std::unexpected(bookings.error());
    const BookingProxy proxy(bookings->port(), issuer.relay());
    const Pages pages(issuer, proxy, embedded_files());

    server::Server relay(relay_config(config, *port, issuer),
                         [&pages](net::HttpExchange& exchange) { return pages.serve(exchange); });
    if (const auto ports = relay.start(); !ports) return std::unexpected(ports.error());

    host::Host host(host_config());
    const auto host_port = host.start();
    if (!host_port) return std::unexpected(host_port.error());
    if (auto set = set_rules(host, issuer); !set) return std::unexpected(set.error());

    std::deque<InstrumentLink> instruments;
    for (const Rig& rig : rigs) instruments.emplace_back(context, *host_port, rig.feed());
    if (config.camera) start_camera(host, *host_port);
    announce(issuer.relay() + "/");

    signals.async_wait([&](const boost::system::error_code&, int) {
        signals.clear();  // a second Ctrl-C ends the program the hard way
        for (InstrumentLink& instrument : instruments) instrument.stop();
    });
    context.run();
    host.stop();
    relay.stop();
    bookings->stop();
    return 0;
}

}  // namespace relay::demo
