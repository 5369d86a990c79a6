// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/time_limit.hpp"
#include "shell_host/alert.hpp"
#include "shell_host/streams.hpp"
#include "shell_host/targets.hpp"
#include "uplink/repeated_text.hpp"
#include "uplink/target.hpp"
#include "uplink/uplink.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace relay::shell_host {

// `relay shell host` at work: the manager connection, which restores itself, and a WebSocket for
// each client that an alert announces. Everything on the context's one thread. Destroyed after
// stop() has called back, or when the context runs no more.
class Host final : private uplink::Endpoint {
public:
    struct Options {
        uplink::Target relay;
        uplink::Settings uplink;
        Targets targets;
        bool resume = true;                              // offer relay.resume.v1
        std::size_t connections = 200;                   // at one time
        std::chrono::milliseconds dial_timeout{10'000};  // of a target
        Streams::Limits limits;
        // For what a client sent before its disconnect alert, at a relay that closes nothing.
        std::chrono::milliseconds farewell{500};
        std::function<void()> on_connected = {};  // each time the manager connection stands
    };

    // Begins once the context runs.
    Host(boost::asio::io_context& context, Options options);

    // In order: ends the streams, for their clients with a reason, then the manager connection.
    // `ended` is called when all is closed, after 2 s at the latest. Once only.
    void stop(std::function<void()> ended);

    uplink::Status status() const { return uplink_.status(); }
    std::size_t connections() const { return streams_.size() + plain_legs(); }

private:
    // One client's WebSocket, from its alert to its end.
    struct Leg {
        bool resumable = false;
        std::stop_source stop;
        std::stop_source farewell;
        std::unique_ptr<net::TimeLimit> farewell_limit;  // after the disconnect alert
    };

    void on_connected() override;
    void on_disconnected() override {}
    void on_message(wire::MessagePtr message) override;
    void gather(std::vector<wire::MessagePtr>&, std::size_t) override {}

    void obey(ConnectAlert alert);
    void obey(const DisconnectAlert& alert);
    void ignore(const std::string& why);
    Visit visit_of(ConnectAlert alert) const;
    void start_leg(Visit visit, bool resumable);
    void leg_ended(const std::string& connection);
    void stop_legs();
    void end_if_over();
    std::size_t plain_legs() const;
    bool has_room() const { return connections() < options_.connections; }

    boost::asio::io_context& context_;
    Options options_;
    net::WebSocketSettings plain_;      // of legs
    net::WebSocketSettings resumable_;  // likewise
    Dialler dialler_;
    Streams streams_;
    std::map<std::string, Leg> legs_;  // by connection
    std::optional<net::Url> manager_;  // the manager connection's address
    uplink::RepeatedText ignored_;     // alerts
    std::function<void()> ended_;      // while stopping
    bool uplink_ended_ = false;
    boost::asio::steady_timer patience_;  // while stopping
    uplink::Uplink uplink_;
};

}  // namespace relay::shell_host
