// SPDX-License-Identifier: Apache-2.0
#include "host/destinations/destination_link.hpp"

#include <algorithm>
#include <utility>

namespace relay::host {
namespace {

bool begins_picture(const wire::Message& message) {
    return message.pictures().first_start != wire::Message::Pictures::none;
}

// Whether a message may need what went before, as pictures do; sound does not. Not known of what
// did not come by /ts: then yes.
bool refers_back(const Feed& feed) {
    return feed.contents().packets == 0 || feed.contents().pictures > 0;
}

}  // namespace

DestinationLink::Lane::Lane(DestinationLink& link, std::shared_ptr<Feed> feed)
    : link_(link), feed_(std::move(feed)), outbox_(link.limits_), interrupted_(feed_->video()) {
    feed_->join_destination(*this);
    feed_->set_audience(*this, link.audience_);
}

DestinationLink::Lane::~Lane() {
    feed_->leave_destination(*this);
}

void DestinationLink::Lane::deliver(const wire::MessagePtr& message, hub::Delivery delivery) {
    if (state_ == State::left) return;
    if (state_ == State::leaving) {
        std::deque<wire::MessagePtr> rest;
        add_rest(message, rest);
        return link_.send_rest(*feed_, std::move(rest));
    }
    has_pictures_ |= begins_picture(*message);
    if (!link_.connected_) return lose(message);
    const SteadyTime now = std::chrono::steady_clock::now();
    if (std::exchange(interrupted_, false) && refers_back(*feed_)) outbox_.await_random_access(now);
    outbox_.push(message, now, delivery.video);
    link_.uplink_.notify();
}

void DestinationLink::Lane::lose(const wire::MessagePtr& message) {
    ++link_.unconnected_;
    interrupted_ |= begins_picture(*message);
}

// The connection is lost, and with it maybe a part of what was being sent. A fresh outbox also
// forgets which picture that was.
void DestinationLink::Lane::clear() {
    if (state_ == State::leaving) state_ = State::left;
    dropped_before_ = dropped();
    while (const auto message = outbox_.take()) lose(message);
    interrupted_ |= has_pictures_;
    outbox_ = hub::Outbox(link_.limits_);
}

void DestinationLink::Lane::leave(std::deque<wire::MessagePtr>& rest) {
    feed_->set_audience(*this, 0);
    state_ = has_pictures_ ? State::leaving : State::left;
    for (auto message = take(); message && state_ == State::leaving; message = take())
        add_rest(message, rest);
    // Of sound, which may have no known end for long, nothing is awaited; a skip left nothing open.
    const bool may_be_open = link_.connected_ && refers_back(*feed_) && outbox_.idle();
    if (!may_be_open || interrupted_) state_ = State::left;
}

// Up to where the next picture begins.
void DestinationLink::Lane::add_rest(const wire::MessagePtr& message,
                                     std::deque<wire::MessagePtr>& rest) {
    if (!begins_picture(*message)) return rest.push_back(message);
    state_ = State::left;
    const auto end = message->payload().first(message->pictures().first_start);
    if (!end.empty()) rest.push_back(wire::Message::copy_of(end, message->type()));
}

hub::Outbox::Drops DestinationLink::Lane::dropped() const {
    hub::Outbox::Drops sum = dropped_before_;
    return sum += outbox_.drops();
}

DestinationLink::DestinationLink(boost::asio::io_context& context, uplink::Target target,
                                 uplink::Settings settings, const hub::OutboxLimits& limits,
                                 std::unique_ptr<record::Recording> recording)
    : limits_(limits),
      leaving_limit_(context),
      audience_limit_(context),
      recording_(std::move(recording)),
      uplink_(context, std::move(target), std::move(settings), *this) {}

DestinationLink::~DestinationLink() = default;

void DestinationLink::set_feeds(const std::vector<std::shared_ptr<Feed>>& feeds,
                                std::shared_ptr<Feed> returns_to) {
    for (auto lane = lanes_.begin(); lane != lanes_.end();) {
        if (std::ranges::find(feeds, (*lane)->feed()) != feeds.end()) {
            ++lane;
        } else {
            let_go(std::move(*lane));
            lane = lanes_.erase(lane);
        }
    }
    for (const auto& feed : feeds)
        if (std::ranges::none_of(lanes_, [&](const auto& lane) { return lane->feed() == feed; }))
            lanes_.push_back(std::make_unique<Lane>(*this, feed));
    returns_to_ = std::move(returns_to);
    combine_from_now(feeds);
}

void DestinationLink::let_go(std::unique_ptr<Lane> lane) {
    std::deque<wire::MessagePtr> rest;
    lane->leave(rest);
    dropped_ += lane->dropped();
    send_rest(*lane->feed(), std::move(rest));
    std::erase_if(leaving_, [](const auto& earlier) { return earlier->has_left(); });
    if (lane->has_left()) return;
    leaving_.push_back(std::move(lane));
    leaving_limit_.expires_after(std::chrono::seconds(1));
    leaving_limit_.async_wait([this, alive = std::weak_ptr(alive_)](const auto& error) {
        if (!error && !alive.expired()) leaving_.clear();
    });
}

void DestinationLink::send_rest(const Feed& feed, std::deque<wire::MessagePtr> rest) {
    for (auto& message : rest) leftover_.push_back(combined(feed, std::move(message)));
    if (!rest.empty()) uplink_.notify();
}

// A stream stays as the encoder of its first feed made it until there is another, which has to fit
// in with what went out before: so a combiner is there from the beginning. A feed that is carried
// as such remains alone.
void DestinationLink::combine_from_now(const std::vector<std::shared_ptr<Feed>>& feeds) {
    if (!returns_to_ && !combiner_) combiner_.emplace();
    if (!combiner_) return;
    std::vector<std::string> names;
    for (const auto& feed : feeds) names.push_back(feed->name());
    combiner_->set_feeds(names);
}

wire::MessagePtr DestinationLink::combined(const Feed& feed, wire::MessagePtr message) {
    if (!combiner_ || !feed.video() || message->type() != wire::MessageType::binary) return message;
    auto copy = wire::Message::copy_of(message->payload(), message->type());
    combiner_->rewrite(feed.name(), copy->payload());
    return copy;
}

// The lanes take turns, so that no feed waits behind the whole queue of another.
void DestinationLink::gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) {
    const SteadyTime now = std::chrono::steady_clock::now();
    std::size_t bytes = 0;
    for (; !leftover_.empty() && bytes < max_bytes; leftover_.pop_front()) {
        bytes += leftover_.front()->size();
        hand_over(std::move(leftover_.front()), now, into);
    }
    for (bool any = true; any && bytes < max_bytes;) {
        any = false;
        for (const auto& lane : lanes_) {
            auto message = lane->take();
            if (!message) continue;
            any = true;
            bytes += message->size();
            hand_over(combined(*lane->feed(), std::move(message)), now, into);
        }
    }
}

void DestinationLink::hand_over(wire::MessagePtr message, SteadyTime now,
                                std::vector<wire::MessagePtr>& into) {
    sent_.record(now, message->size());
    if (recording_) recording_->write(message);
    into.push_back(std::move(message));
}

void DestinationLink::on_message(wire::MessagePtr message) {
    const SteadyTime now = std::chrono::steady_clock::now();
    received_.record(now, message->size());
    if (returns_to_)
        returns_to_->publish_from_destination(message, now);
    else
        ++unheard_;
}

void DestinationLink::on_connected() {
    connected_ = true;
    await_audience();
}

// A relay tells its audience at once; a far side that does not may well have one.
void DestinationLink::await_audience() {
    is_audience_known_ = false;
    audience_limit_.expires_after(std::chrono::seconds(1));
    audience_limit_.async_wait([this, alive = std::weak_ptr(alive_)](const auto& error) {
        if (error || alive.expired() || !connected_ || is_audience_known_) return;
        set_audience(1);
    });
}

void DestinationLink::on_audience(std::size_t readers) {
    is_audience_known_ = true;
    audience_limit_.cancel();
    set_audience(readers);
}

void DestinationLink::set_audience(std::size_t readers) {
    audience_ = readers;
    for (const auto& lane : lanes_) lane->feed()->set_audience(*lane, readers);
}

void DestinationLink::on_disconnected() {
    connected_ = false;
    audience_limit_.cancel();
    set_audience(0);
    for (const auto& lane : lanes_) lane->clear();
    for (const auto& lane : leaving_) lane->clear();
    unconnected_ += leftover_.size();
    leftover_.clear();
}

DestinationLink::Status DestinationLink::status(SteadyTime now) const {
    Status status{.connection = uplink_.status(),
                  .feeds = {},
                  .dropped = dropped_,
                  .unconnected_messages = unconnected_,
                  .unheard_messages = unheard_,
                  .sent = sent_.figures(now, created_),
                  .received = received_.figures(now, created_),
                  .recording = {}};
    if (recording_) status.recording = recording_->status();
    for (const auto& lane : lanes_) {
        status.feeds.push_back(lane->feed()->name());
        status.dropped += lane->dropped();
    }
    return status;
}

}  // namespace relay::host
