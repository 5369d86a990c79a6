// SPDX-License-Identifier: Apache-2.0
#include "host/equipment/equipment.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace relay::host {
namespace {

// The units (cameras or bridges) that rules ask for. What replaces a unit of the same feed waits
// for its end: both would want the same device, or the feed's one seat for a publisher.
template <class Unit, class Rule>
class Fleet {
public:
    using Start = std::function<std::unique_ptr<Unit>(const Rule&)>;

    explicit Fleet(Start start) : start_(std::move(start)) {}

    void apply(std::vector<Rule> rules) {
        wanted_ = std::move(rules);
        for (Member& member : members_)
            if (!is_wanted(member.rule)) end(member);
        start_missing();
    }

    void stop(std::function<void()> ended) {
        on_empty_ = std::move(ended);
        apply({});
        tell_if_empty();
    }

    template <class Status>
    void report(std::vector<Status>& into) const {
        for (const Member& member : members_) into.push_back(member.unit->status());
    }

private:
    struct Member {
        Rule rule;
        std::unique_ptr<Unit> unit;
        bool ending = false;
    };

    bool is_wanted(const Rule& rule) const {
        return std::ranges::find(wanted_, rule) != wanted_.end();
    }
    bool runs(const Rule& rule) const {
        return std::ranges::any_of(
            members_, [&](const Member& member) { return !member.ending && member.rule == rule; });
    }
    bool waits_for_end(const Rule& rule) const {
        return std::ranges::any_of(members_, [&](const Member& member) {
            return member.ending && member.rule.feed == rule.feed;
        });
    }

    void start_missing() {
        for (const Rule& rule : wanted_)
            if (!runs(rule) && !waits_for_end(rule)) members_.push_back({rule, start_(rule)});
    }

    // A unit reports its end from a loop turn of its own, never from within stop(), as it is not
    // stopped before.
    void end(Member& member) {
        if (std::exchange(member.ending, true)) return;
        member.unit->stop([this, unit = member.unit.get()] {
            std::erase_if(members_, [&](const Member& gone) { return gone.unit.get() == unit; });
            start_missing();
            tell_if_empty();
        });
    }

    void tell_if_empty() {
        if (!members_.empty() || !on_empty_) return;
        const auto ended = std::exchange(on_empty_, nullptr);
        ended();
    }

    Start start_;
    std::vector<Rule> wanted_;
    std::vector<Member> members_;
    std::function<void()> on_empty_;
};

// An address of this machine that leads to the listener; "" when there is none.
std::string local_address(const std::string& listen, std::uint16_t port) {
    if (listen.starts_with("unix:")) return "";
    if (listen == "0.0.0.0") return fmt::format("http://127.0.0.1:{}", port);
    if (listen == "::") return fmt::format("http://[::1]:{}", port);
    const bool is_ipv6 = listen.contains(':');
    return is_ipv6 ? fmt::format("http://[{}]:{}", listen, port)
                   : fmt::format("http://{}:{}", listen, port);
}

}  // namespace

class Equipment::Implementation {
public:
    Implementation(boost::asio::io_context& context, Feeds& feeds, const Config& config)
        : context_(context),
          feeds_(feeds),
          config_(config),
          cameras_([this](const CameraRule& rule) { return start(rule); }),
          bridges_([this](const BridgeRule& rule) { return start(rule); }) {}

    void set_port(std::uint16_t port) { address_ = local_address(config_.listen, port); }

    void apply(std::vector<CameraRule> cameras, std::vector<BridgeRule> bridges) {
        cameras_.apply(std::move(cameras));
        bridges_.apply(std::move(bridges));
    }

    void stop(std::function<void()> ended) {
        const auto one_ended = [left = std::make_shared<int>(2), ended = std::move(ended)] {
            if (--*left == 0) ended();
        };
        cameras_.stop(one_ended);
        bridges_.stop(one_ended);
    }

    Status status() const {
        Status status;
        cameras_.report(status.cameras);
        bridges_.report(status.bridges);
        return status;
    }

private:
    std::shared_ptr<Feed> feed(const std::string& name) {
        return feeds_.obtain(name, std::chrono::steady_clock::now());
    }

    std::unique_ptr<Camera> start(const CameraRule& rule) {
        CameraSettings settings;
        if (!address_.empty()) settings.ts_url = address_ + "/ts/" + rule.feed;
        settings.flush_after = config_.flush_after;
        settings.linger = config_.camera_linger;
        return std::make_unique<Camera>(context_, rule, feed(rule.feed), settings);
    }

    std::unique_ptr<Bridge> start(const BridgeRule& rule) {
        BridgeSettings settings;
        settings.queue_bytes = config_.queue_bytes;
        return std::make_unique<Bridge>(context_, rule, feed(rule.feed), settings);
    }

    boost::asio::io_context& context_;
    Feeds& feeds_;
    const Config& config_;
    std::string address_;
    Fleet<Camera, CameraRule> cameras_;
    Fleet<Bridge, BridgeRule> bridges_;
};

Equipment::Equipment(boost::asio::io_context& context, Feeds& feeds, const Config& config)
    : implementation_(std::make_unique<Implementation>(context, feeds, config)) {}

Equipment::~Equipment() = default;

void Equipment::set_port(std::uint16_t port) {
    implementation_->set_port(port);
}

void Equipment::apply(std::vector<CameraRule> cameras, std::vector<BridgeRule> bridges) {
    implementation_->apply(std::move(cameras), std::move(bridges));
}

void Equipment::stop(std::function<void()> ended) {
    implementation_->stop(std::move(ended));
}

Equipment::Status Equipment::status() const {
    return implementation_->status();
}

}  // namespace relay::host
