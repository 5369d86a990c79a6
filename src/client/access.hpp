// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/config.hpp"
#include "client/outcome.hpp"
#include "uplink/target.hpp"
#include "uplink/uplink.hpp"

#include <string>

namespace relay::client {

// What an uplink needs to reach the topic.
struct Way {
    uplink::Target target;
    uplink::Settings settings;
};

// The connection is given up when it is refused for good: a program that is started by hand or by a
// script must not wait for ever. The error names the setting.
Result<Way> way_of(const Access& access);

// exit_refused, with the reason.
Outcome refused(const Error& error);

// exit_failed, with the reason.
Outcome failed(std::string reason);

}  // namespace relay::client
