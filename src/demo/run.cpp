// SPDX-License-Identifier: Apache-2.0
#include "demo/run.hpp"

#include "base/log.hpp"
#include "demo/camera.hpp"
#include "demo/instrument_link.hpp"
#include "demo/pages.hpp"
#include "host/host.hpp"
#include "process/child.hpp"
#include "server/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

namespace relay::demo {
namespace {

using namespace std::chrono_literals;

// Of the host, which presents the same token again whenever it reconnects.
constexpr std::chrono::seconds host_lifetime = 365 * 24h;

server::Config relay_config(const Config& config, const TokenIssuer& issuer) {
    server::Config made;
    made.listen = config.listen;
    made.access_port = made.relay_port = config.port;
    made.one_listener = true;
    made.access_fqdn = TokenIssuer::audience;
    made.secret = issuer.secret();
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

// What an experiment's own start script would post to the session host.
Result<void> set_rules(host::Host& host, const TokenIssuer& issuer, const std::string& relay) {
    const auto video_token = issuer.issue(video_topic, {"write"}, host_lifetime);
    const auto data_token = issuer.issue(data_topic, {"read", "write"}, host_lifetime);
    if (!video_token) return std::unexpected(video_token.error());
    if (!data_token) return std::unexpected(data_token.error());
    const auto stream = host.set_stream({.stream = "stream/video", .feeds = {"video"}});
    if (!stream) return std::unexpected(stream.error());
    for (const auto& [id, name, topic, token] :
         {std::tuple{"video", "stream/video", video_topic, *video_token},
          std::tuple{"data", "data", data_topic, *data_token}}) {
        const auto set = host.set_destination({.id = id,
                                               .stream = name,
                                               .destination = relay + "/session/" + topic,
                                               .token = token,
                                               .token_file = ""});
        if (!set) return std::unexpected(set.error());
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
    fmt::print("The experiment is at {} -- Ctrl-C ends it.\n", page);
    fmt::print("{{\"event\":\"listening\",\"page\":\"{}\"}}\n", page);
    std::fflush(stdout);
}

}  // namespace

// What stands below uses what stands above; destruction, in reverse, is the orderly end.
Result<int> run(const Config& config) {
    boost::asio::io_context context;
    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    const TokenIssuer issuer;
    const Pages pages(issuer, embedded_files());

    server::Server relay(relay_config(config, issuer),
                         [&pages](net::HttpExchange& exchange) { return pages.serve(exchange); });
    const auto ports = relay.start();
    if (!ports) return std::unexpected(ports.error());
    const std::string address = local_address(config, ports->access);

    host::Host host(host_config());
    const auto host_port = host.start();
    if (!host_port) return std::unexpected(host_port.error());
    if (auto set = set_rules(host, issuer, address); !set) return std::unexpected(set.error());

    InstrumentLink instrument(context, *host_port);
    if (config.camera) start_camera(host, *host_port);
    announce(address + "/");

    signals.async_wait([&](const boost::system::error_code&, int) {
        signals.clear();  // a second Ctrl-C ends the program the hard way
        instrument.stop();
    });
    context.run();
    host.stop();
    relay.stop();
    return 0;
}

}  // namespace relay::demo
