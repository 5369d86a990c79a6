// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "demo/instrument.hpp"
#include "uplink/uplink.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace relay::demo {

// Connects an instrument to a feed of the session host on that local port (/ws/FEED), as any
// program beside an experiment would. Everything on the thread that runs the context.
class InstrumentLink final : public uplink::Endpoint {
public:
    InstrumentLink(boost::asio::io_context& context, std::uint16_t host_port,
                   const std::string& feed, WallClock clock = wall_clock());

    // Ends simulation and connection; the context then has nothing left to do.
    void stop();

    void on_connected() override;
    void on_disconnected() override;
    void on_message(wire::MessagePtr message) override;
    void gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) override;

private:
    void tick_at(SteadyTime time);
    void send(std::string_view text);

    WallClock clock_;
    Instrument instrument_;
    boost::asio::steady_timer timer_;
    std::deque<wire::MessagePtr> waiting_;
    bool connected_ = false;
    uplink::Uplink uplink_;
};

}  // namespace relay::demo
