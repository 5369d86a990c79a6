// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/feed.hpp"
#include "hub/outbox.hpp"
#include "hub/traffic.hpp"
#include "uplink/uplink.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace relay::host {

// One destination at work: carries its feeds' messages to the far side, and what comes from there
// to the clients of its feed. Each feed waits in an outbox of its own, so that a picture skipped in
// one leaves the others whole; what would wait while there is no connection is dropped, since it
// would be stale. On the host's thread.
class DestinationLink final : private uplink::Endpoint {
public:
    // The limits are kept by reference.
    DestinationLink(boost::asio::io_context& context, uplink::Target target,
                    uplink::Settings settings, const hub::OutboxLimits& limits);
    ~DestinationLink();

    // What to carry from now on; feeds that stay are not disturbed. `returns_to` hears what comes
    // back; null: nobody does, and it is counted as dropped.
    void set_feeds(const std::vector<std::shared_ptr<Feed>>& feeds,
                   std::shared_ptr<Feed> returns_to);

    // Closes in order; `ended` is called when that is done.
    void stop(std::function<void()> ended) { uplink_.stop(std::move(ended)); }

    struct Status {
        uplink::Status connection;
        std::vector<std::string> feeds;
        std::uint64_t dropped_messages = 0;      // the connection was too slow
        std::uint64_t unconnected_messages = 0;  // there was none
        std::uint64_t unheard_messages = 0;      // came back to a stream
        hub::Traffic::Figures sent;
        hub::Traffic::Figures received;
    };
    Status status(SteadyTime now) const;

private:
    // The destination's place in one feed.
    class Lane final : public hub::Subscriber {
    public:
        Lane(DestinationLink& link, std::shared_ptr<Feed> feed);
        ~Lane();
        Lane(const Lane&) = delete;
        Lane& operator=(const Lane&) = delete;

        const std::shared_ptr<Feed>& feed() const { return feed_; }
        void deliver(const wire::MessagePtr& message, hub::Delivery delivery) override;
        wire::MessagePtr take() { return outbox_.take(); }
        void clear();
        std::uint64_t dropped() const { return dropped_before_ + outbox_.drops().messages; }

    private:
        DestinationLink& link_;
        std::shared_ptr<Feed> feed_;
        hub::Outbox outbox_;
        std::uint64_t dropped_before_ = 0;
    };

    void gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) override;
    void on_message(wire::MessagePtr message) override;
    void on_connected() override;
    void on_disconnected() override;

    const hub::OutboxLimits& limits_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::shared_ptr<Feed> returns_to_;
    bool connected_ = false;
    SteadyTime created_ = std::chrono::steady_clock::now();
    hub::Traffic sent_;
    hub::Traffic received_;
    std::uint64_t dropped_ = 0;  // in lanes that are gone
    std::uint64_t unconnected_ = 0;
    std::uint64_t unheard_ = 0;
    uplink::Uplink uplink_;  // last: ends before what it uses
};

}  // namespace relay::host
