// SPDX-License-Identifier: Apache-2.0
#include "book/denials/delivery_plan.hpp"

#include <algorithm>
#include <cstdint>

namespace relay::book {
namespace {

using booking::Denial;
using std::chrono::milliseconds;

bool is_over(const Denial& denial, booking::BookingTime now) {
    return denial.until + std::chrono::minutes(1) <= now;
}

}  // namespace

DeliveryPlan::DeliveryPlan(const Limits& limits, std::function<double()> random)
    : limits_(limits), random_(std::move(random)) {}

void DeliveryPlan::refill(std::vector<Denial> outbox) {
    for (auto& [url, relay] : relays_) relay.waiting.clear();
    for (Denial& denial : outbox) {
        if (in_work_.contains({denial.booking, denial.relay})) continue;
        std::deque<Denial>& waiting = relays_[denial.relay].waiting;
        waiting.push_back(std::move(denial));
    }
}

bool DeliveryPlan::has_room(const Relay& relay) const {
    return relay.attempts < (relay.answers ? limits_.per_relay : 1);
}

std::optional<DeliveryPlan::Attempt> DeliveryPlan::next(SteadyTime now) {
    if (attempts_ >= limits_.parallel) return std::nullopt;
    auto turn = relays_.upper_bound(last_);
    for (std::size_t tried = 0; tried < relays_.size(); ++tried, ++turn) {
        if (turn == relays_.end()) turn = relays_.begin();
        auto& [url, relay] = *turn;
        if (relay.waiting.empty() || !has_room(relay) || now < relay.not_before) continue;
        Attempt attempt{std::move(relay.waiting.front()), relay.round};
        relay.waiting.pop_front();
        in_work_.insert({attempt.denial.booking, attempt.denial.relay});
        ++relay.attempts;
        ++attempts_;
        last_ = url;
        return attempt;
    }
    return std::nullopt;
}

std::vector<Denial> DeliveryPlan::take_over(booking::BookingTime now) {
    std::vector<Denial> over;
    for (auto& [url, relay] : relays_) {
        std::erase_if(relay.waiting, [&over, now](const Denial& denial) {
            if (is_over(denial, now)) over.push_back(denial);
            return is_over(denial, now);
        });
    }
    for (const Denial& denial : over) in_work_.insert({denial.booking, denial.relay});
    return over;
}

void DeliveryPlan::answered(const Attempt& attempt) {
    Relay& relay = relays_[attempt.denial.relay];
    --relay.attempts;
    --attempts_;
    relay.answers = true;
    relay.bound = milliseconds(0);
    relay.not_before = SteadyTime();
}

// Attempts that ran side by side and failed count as one failure.
milliseconds DeliveryPlan::failed(const Attempt& attempt, SteadyTime now) {
    Relay& relay = relays_[attempt.denial.relay];
    --relay.attempts;
    --attempts_;
    relay.answers = false;
    if (attempt.round == relay.round) {
        ++relay.round;
        relay.not_before = now + pause(relay);
    }
    in_work_.erase({attempt.denial.booking, attempt.denial.relay});
    relay.waiting.push_back(attempt.denial);
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(relay.not_before - now));
}

// At least half of the shortest, which bounds the rate of attempts.
milliseconds DeliveryPlan::pause(Relay& relay) const {
    relay.bound = std::clamp(2 * relay.bound, limits_.shortest, limits_.longest);
    const milliseconds least = limits_.shortest / 2;
    const double range = static_cast<double>((relay.bound - least).count());
    return least + milliseconds(static_cast<std::int64_t>(random_() * range));
}

void DeliveryPlan::finished(const Denial& denial) {
    in_work_.erase({denial.booking, denial.relay});
}

std::optional<SteadyTime> DeliveryPlan::next_try() const {
    std::optional<SteadyTime> earliest;
    if (attempts_ >= limits_.parallel) return earliest;
    for (const auto& [url, relay] : relays_) {
        if (relay.waiting.empty() || !has_room(relay)) continue;
        if (!earliest || relay.not_before < *earliest) earliest = relay.not_before;
    }
    return earliest;
}

}  // namespace relay::book
