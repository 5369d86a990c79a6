// SPDX-License-Identifier: Apache-2.0
#include "server/shell/manager.hpp"

#include "server/shell/shard.hpp"

namespace relay::server {

Manager::Manager(ShellShard& shard, ShellArrival arrival, std::uint64_t number)
    : shard_(shard),
      number_(number),
      connection_(shard.thread(), std::move(arrival), shard.context().manager_limits,
                  shard.context().members, shard.context().clock(), *this) {}

void Manager::tell(const ConnectAlert& alert) {
    connection_.socket().deliver(alert_message(alert, connection_.arrival().relay_address), {});
}

void Manager::tell_ended(std::string_view connection_id) {
    connection_.socket().deliver(disconnect_message(connection_id), {});
}

void Manager::close(wire::CloseCode code, std::string_view reason) {
    connection_.socket().close(code, reason);
}

void Manager::on_closed(wire::CloseCode code, std::string_view reason) {
    shard_.remove(*this, code, reason);
}

}  // namespace relay::server
