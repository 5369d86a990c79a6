// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "demo/pendulum.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace relay::demo {

// The pendulum as an instrument that speaks JSON, one object per message:
//   sends   {"seq":n,"t":unix ms,"angle":rad,"velocity":rad/s,"drive":per cent,"brake":bool}
//   obeys   {"set":"drive","to":30}   {"set":"brake","to":true}
//   answers {"ping":number} with {"pong":the same number}
// Pure; one thread.
class Instrument {
public:
    // Simulates one interval and tells the state at its end.
    std::string next_sample(WallTime now);

    // Acts on a message; the answer, when it calls for one. What is no command, or one with a value
    // of the wrong type, is ignored: it comes from strangers, and answers of our own return here.
    std::optional<std::string> obey(std::string_view message);

    const Pendulum& pendulum() const { return pendulum_; }

private:
    Pendulum pendulum_;
    std::uint64_t sequence_ = 0;
};

}  // namespace relay::demo
