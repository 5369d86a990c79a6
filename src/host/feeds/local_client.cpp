// SPDX-License-Identifier: Apache-2.0
#include "host/feeds/local_client.hpp"

#include <utility>

namespace relay::host {

LocalClient::LocalClient(net::IoThread& thread, net::SocketHandover socket,
                         const net::WebSocketLimits& limits, std::shared_ptr<Feed> feed,
                         Ended ended)
    : thread_(thread),
      feed_(std::move(feed)),
      ended_(std::move(ended)),
      received_(std::move(socket.received)),
      connection_(thread, std::move(socket.socket), limits, *this) {}

LocalClient::~LocalClient() {
    feed_->leave_local(connection_);
}

void LocalClient::start(std::string_view handshake_answer) {
    feed_->join_local(connection_);  // first: start may already end the connection
    connection_.start(handshake_answer, std::move(received_));
}

void LocalClient::on_message(wire::MessagePtr message, bool more_coming) {
    feed_->publish(message, &connection_, thread_.poller().now(), more_coming);
}

void LocalClient::on_closed(wire::CloseCode, std::string_view) {
    const Ended ended = std::move(ended_);
    ended(*this);
}

}  // namespace relay::host
