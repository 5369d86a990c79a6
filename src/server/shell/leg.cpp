// SPDX-License-Identifier: Apache-2.0
#include "server/shell/leg.hpp"

#include "server/shell/circuit.hpp"
#include "server/shell/shard.hpp"

namespace relay::server {

Leg::Leg(Circuit& circuit, ShellShard& shard, ShellArrival arrival)
    : circuit_(circuit),
      connection_(shard.thread(), std::move(arrival), shard.context().leg_limits,
                  shard.context().members, shard.context().clock(), *this) {}

void Leg::deliver(const wire::MessagePtr& message, bool more_coming) {
    connection_.socket().deliver(message, {.video = false, .more_coming = more_coming});
}

// A connection that does not read cannot see the answer to its close frame.
void Leg::close(wire::CloseCode code, std::string_view reason) {
    resume();
    connection_.socket().close(code, reason);
}

void Leg::finish(wire::CloseCode code, std::string_view reason) {
    resume();
    connection_.socket().finish(code, reason);
}

void Leg::on_message(wire::MessagePtr message, bool more_coming) {
    circuit_.on_message(*this, message, more_coming);
}

void Leg::on_closed(wire::CloseCode code, std::string_view reason) {
    circuit_.on_closed(*this, code, reason);
}

void Leg::on_room() {
    circuit_.on_room(*this);
}

}  // namespace relay::server
