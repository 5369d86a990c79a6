// SPDX-License-Identifier: Apache-2.0
#include "playfile/player.hpp"

#include <type_traits>
#include <utility>

namespace relay::playfile {
namespace {

// Durations of a script may exceed what the clock can tell.
SteadyTime later(SteadyTime now, std::chrono::nanoseconds duration) {
    return duration < SteadyTime::max() - now ? now + duration : SteadyTime::max();
}

}  // namespace

Player::Action Player::resume(const Event& event, SteadyTime now) {
    return std::visit([&](const auto& which) { return on(which, now); }, event);
}

Player::Action Player::on(const Proceed&, SteadyTime now) {
    if (waiting_ && now < waiting_->until) return WaitUntil{waiting_->until};
    if (waiting_ && waiting_->missing > 0) timed_out_.push_back(line_);
    waiting_.reset();
    return next(now);
}

Player::Action Player::on(const Received& received, SteadyTime now) {
    if (!waiting_) return next_ == script_.steps.size() ? Action(End{}) : WaitUntil{now};
    Waiting& waiting = *waiting_;
    // What comes after the time-out, while its timer is on the way, comes too late.
    if (waiting.missing > 0 && now < waiting.until &&
        waiting.condition->pattern.matches(received.text) && --waiting.missing == 0) {
        waiting.until = now;
    }
    return WaitUntil{waiting.until};
}

// Nothing when there is nothing to wait for.
std::optional<Player::Action> Player::begin_wait(const Waiting& waiting, SteadyTime now) {
    if (waiting.condition && waiting.missing == 0) return std::nullopt;
    if (waiting.until <= now) {
        if (waiting.condition) timed_out_.push_back(line_);
        return std::nullopt;
    }
    waiting_ = waiting;
    return WaitUntil{waiting.until};
}

std::optional<Player::Action> Player::reach(Step& step, SteadyTime now) {
    line_ = step.line;
    return std::visit(
        [&](auto& what) -> std::optional<Action> {
            using What = std::remove_cvref_t<decltype(what)>;
            if constexpr (std::is_same_v<What, Wait>) {
                return begin_wait({.until = later(now, what.duration)}, now);
            } else if constexpr (std::is_same_v<What, Condition>) {
                return begin_wait(
                    {.until = later(now, what.timeout), .condition = &what, .missing = what.count},
                    now);
            } else {
                return std::move(what);  // each step is reached once
            }
        },
        step.what);
}

Player::Action Player::next(SteadyTime now) {
    while (next_ < script_.steps.size()) {
        if (auto action = reach(script_.steps[next_++], now)) return std::move(*action);
    }
    return End{};
}

}  // namespace relay::playfile
