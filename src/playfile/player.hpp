// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "playfile/script.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace relay::playfile {

// A script being played, one step after the other. It does no I/O and has no clock: its user tells
// it what happened, and does what it answers.
//
//   for (;;) {
//       const auto action = player.resume(Player::Proceed{}, now());
//       Send, Echo, filters: do it, and resume(Proceed) again, when it suits;
//       WaitUntil:           resume(Proceed) at that time; before, resume(Received) each message;
//       End:                 nothing more comes.
//   }
//
// A delay or a time-out begins when its step is reached, and a condition counts what is received
// from then on.
class Player {
public:
    explicit Player(Script script) : script_(std::move(script)) {}
    Player(const Player&) = delete;  // a condition under way points into the script
    Player& operator=(const Player&) = delete;

    struct Proceed {};
    struct Received {
        std::string_view text;  // of a binary message: its base64
    };
    using Event = std::variant<Proceed, Received>;

    struct WaitUntil {
        SteadyTime time;  // not after now: go on at once
    };
    struct End {};
    using Action =
        std::variant<Send, Echo, AcceptPattern, DenyPattern, ResetFilter, WaitUntil, End>;

    // Received is answered with WaitUntil or End, and changes nothing but a condition under way.
    Action resume(const Event& event, SteadyTime now);

    // Of the last action.
    std::size_t line() const { return line_; }

    // Lines whose condition timed out, in order.
    const std::vector<std::size_t>& timed_out() const { return timed_out_; }

private:
    struct Waiting {
        SteadyTime until;
        const Condition* condition = nullptr;  // null: a delay
        std::uint64_t missing = 0;             // messages
    };

    Action on(const Proceed&, SteadyTime now);
    Action on(const Received& received, SteadyTime now);
    Action next(SteadyTime now);
    std::optional<Action> reach(Step& step, SteadyTime now);
    std::optional<Action> begin_wait(const Waiting& waiting, SteadyTime now);

    Script script_;
    std::size_t next_ = 0;  // index of the step to reach next
    std::size_t line_ = 0;
    std::optional<Waiting> waiting_;
    std::vector<std::size_t> timed_out_;
};

}  // namespace relay::playfile
