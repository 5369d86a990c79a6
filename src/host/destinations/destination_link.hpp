// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/feeds/feed.hpp"
#include "hub/outbox.hpp"
#include "hub/traffic.hpp"
#include "media/ts_combiner.hpp"
#include "record/recorder.hpp"
#include "uplink/uplink.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace relay::host {

// One destination at work: carries its feeds' messages to the far side, and what comes from there
// to the clients of its feed. Each feed waits in an outbox of its own, so that a picture skipped in
// one leaves the others whole; what would wait while there is no connection is dropped, since it
// would be stale, and a feed's video goes on with a picture that can be decoded on its own. The
// MPEG-TS of several feeds is made one stream (media/ts_combiner.hpp). Each
// message that is handed to the connection is recorded, if the rule says so. On the host's thread.
class DestinationLink final : private uplink::Endpoint {
public:
    // The limits are kept by reference. `recording` may be null.
    DestinationLink(boost::asio::io_context& context, uplink::Target target,
                    uplink::Settings settings, const hub::OutboxLimits& limits,
                    std::unique_ptr<record::Recording> recording);
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
        hub::Outbox::Drops dropped;              // though there was a connection
        std::uint64_t unconnected_messages = 0;  // there was none
        std::uint64_t unheard_messages = 0;      // came back to a stream
        hub::Traffic::Figures sent;
        hub::Traffic::Figures received;
        std::optional<record::Status> recording;
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
        // The feed was taken out: the lane ends with the picture whose beginning was taken. Gives
        // what is here of its rest; what is still to come goes to leftover_.
        void leave(std::deque<wire::MessagePtr>& rest);
        bool has_left() const { return state_ == State::left; }
        hub::Outbox::Drops dropped() const;

    private:
        enum class State { joined, leaving, left };

        void lose(const wire::MessagePtr& message);
        void add_rest(const wire::MessagePtr& message, std::deque<wire::MessagePtr>& rest);

        DestinationLink& link_;
        std::shared_ptr<Feed> feed_;
        hub::Outbox outbox_;
        hub::Outbox::Drops dropped_before_;
        State state_ = State::joined;
        bool has_pictures_ = false;
        bool interrupted_ = false;  // pictures were lost since the last that went into the outbox
    };

    void let_go(std::unique_ptr<Lane> lane);
    void send_rest(const Feed& feed, std::deque<wire::MessagePtr> rest);
    void combine_from_now(const std::vector<std::shared_ptr<Feed>>& feeds);
    wire::MessagePtr combined(const Feed& feed, wire::MessagePtr message);
    void hand_over(wire::MessagePtr message, SteadyTime now, std::vector<wire::MessagePtr>& into);
    void gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) override;
    void on_message(wire::MessagePtr message) override;
    void on_connected() override;
    void on_disconnected() override;
    void on_audience(std::size_t readers) override;
    void await_audience();
    void set_audience(std::size_t readers);

    const hub::OutboxLimits& limits_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::vector<std::unique_ptr<Lane>> leaving_;  // until their picture has ended
    boost::asio::steady_timer leaving_limit_;     // or until then
    std::shared_ptr<Feed> returns_to_;
    bool connected_ = false;
    std::size_t audience_ = 0;  // at the far side, as the feeds are told
    bool is_audience_known_ = false;
    boost::asio::steady_timer audience_limit_;  // from then on an unknown one is taken for one
    std::shared_ptr<void> alive_ = std::make_shared<int>();  // while the timers' handlers may act
    SteadyTime created_ = std::chrono::steady_clock::now();
    hub::Traffic sent_;
    hub::Traffic received_;
    hub::Outbox::Drops dropped_;                 // in lanes that are gone
    std::deque<wire::MessagePtr> leftover_;      // rests of pictures, from those lanes
    std::optional<media::TsCombiner> combiner_;  // of a stream
    std::uint64_t unconnected_ = 0;
    std::uint64_t unheard_ = 0;
    std::unique_ptr<record::Recording> recording_;
    uplink::Uplink uplink_;  // last: ends before what it uses
};

}  // namespace relay::host
