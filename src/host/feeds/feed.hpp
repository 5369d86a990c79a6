// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "hub/topic.hpp"
#include "hub/traffic.hpp"
#include "media/stream_counts.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace relay::host {

// Told when a feed begins or ceases to be wanted. Must not join, leave or watch from there.
class DemandWatcher {
public:
    virtual void on_demand_changed() = 0;

protected:
    ~DemandWatcher() = default;
};

// A named track that is pushed in locally: what a publisher or a local client sends goes to every
// other local client and to the destinations; what comes back from a destination goes to the local
// clients alone, so that two relays of one experiment do not hear each other.
// Belongs to the host's thread, as all who join.
class Feed {
public:
    Feed(std::string name, SteadyTime now) : name_(std::move(name)), created_(now) {}

    const std::string& name() const { return name_; }
    bool video() const { return locals_.video(); }

    void join_local(hub::Subscriber& client);
    void leave_local(hub::Subscriber& client);
    // A bridge's device: hears what local clients hear, but is no viewer.
    void join_device(hub::Subscriber& device);
    void leave_device(hub::Subscriber& device);
    void join_destination(hub::Subscriber& destination) { destinations_.join(destination); }
    void leave_destination(hub::Subscriber& destination);

    // How many may be watching at the far side of a destination that joined; one that is connected
    // to a relay that does not tell counts as one. None until this is called.
    void set_audience(const hub::Subscriber& destination, std::size_t readers);

    // Whether anybody may be watching: a local client, or a destination with an audience.
    bool wanted() const { return clients() > 0 || !watched_.empty(); }
    void watch_demand(DemandWatcher& watcher) { watchers_.push_back(&watcher); }
    void unwatch_demand(DemandWatcher& watcher) { std::erase(watchers_, &watcher); }

    // `sender` is the local client that sent it; null: a publisher, who does not listen.
    void publish(const wire::MessagePtr& message, const hub::Subscriber* sender, SteadyTime now,
                 bool more_coming = false);
    void publish_from_destination(const wire::MessagePtr& message, SteadyTime now);

    // Makes it a feed that the host itself serves: what anybody sends here goes to the handler and
    // to nobody else, until announce() answers all.
    using Handler = std::function<void(const wire::MessagePtr&)>;
    void serve(Handler handler) { handler_ = std::move(handler); }
    void announce(const wire::MessagePtr& message, SteadyTime now);

    // What was wrong with the MPEG-TS that was published here.
    struct Flaws {
        std::uint64_t discarded_bytes = 0;    // not in whole packets
        std::uint64_t continuity_errors = 0;  // lost before they came here
    };
    const Flaws& flaws() const { return flaws_; }
    void add_flaws(const Flaws& found) {
        flaws_.discarded_bytes += found.discarded_bytes;
        flaws_.continuity_errors += found.continuity_errors;
    }

    // What the MPEG-TS that was published here consisted of.
    const media::StreamCounts& contents() const { return contents_; }
    void add_contents(const media::StreamCounts& found) { contents_ += found; }

    std::size_t clients() const { return locals_.subscribers() - devices_; }
    std::size_t devices() const { return devices_; }
    std::size_t destinations() const { return destinations_.subscribers(); }
    bool has_publisher() const { return publisher_ != 0; }
    hub::Traffic::Figures sent(SteadyTime now) const { return sent_.figures(now, created_); }
    hub::Traffic::Figures returned(SteadyTime now) const {
        return returned_.figures(now, created_);
    }

private:
    friend class PublisherSeat;
    void tell_watchers(bool was_wanted);

    std::string name_;
    SteadyTime created_;
    hub::Topic locals_;
    hub::Topic destinations_;
    hub::Traffic sent_;
    hub::Traffic returned_;
    Flaws flaws_;
    media::StreamCounts contents_;
    std::size_t devices_ = 0;                   // of locals_
    std::set<const hub::Subscriber*> watched_;  // destinations with an audience
    std::vector<DemandWatcher*> watchers_;
    Handler handler_;
    std::uint64_t publisher_ = 0;  // number of the seat that is taken; 0: none
    std::uint64_t last_seat_ = 0;
    SteadyTime publisher_heard_{};
};

// The right to be a feed's one publisher of MPEG-TS, since two encoders' packets in one feed would
// be garbage. Given back on destruction.
class PublisherSeat {
public:
    // A publisher that sent nothing for so long gives way: it may be a dead connection.
    static constexpr std::chrono::seconds patience{10};

    // Errc::conflict while another publisher sends, unless `takeover`.
    static Result<PublisherSeat> take(std::shared_ptr<Feed> feed, SteadyTime now, bool takeover);

    PublisherSeat(PublisherSeat&&) = default;
    PublisherSeat& operator=(PublisherSeat&&) = delete;
    ~PublisherSeat();

    // False once another publisher has taken over.
    bool is_mine() const { return feed_->publisher_ == number_; }
    void heard(SteadyTime now) { feed_->publisher_heard_ = now; }
    Feed& feed() const { return *feed_; }

private:
    PublisherSeat(std::shared_ptr<Feed> feed, std::uint64_t number)
        : feed_(std::move(feed)), number_(number) {}

    std::shared_ptr<Feed> feed_;
    std::uint64_t number_;
};

// The feeds by name. One comes into being with its first user; those without users are forgotten
// only when there are very many, so that their counters can be asked for.
class Feeds {
public:
    static constexpr std::size_t most_unused = 1000;

    std::shared_ptr<Feed> obtain(const std::string& name, SteadyTime now);
    const std::map<std::string, std::shared_ptr<Feed>, std::less<>>& all() const { return feeds_; }

private:
    void forget_unused();

    std::map<std::string, std::shared_ptr<Feed>, std::less<>> feeds_;
};

}  // namespace relay::host
