// SPDX-License-Identifier: Apache-2.0
#include "host/feeds/local_clients.hpp"

#include <utility>

namespace relay::host {

void LocalClients::add(net::SocketHandover socket, std::shared_ptr<Feed> feed,
                       std::string_view handshake_answer) {
    auto client =
        std::make_unique<LocalClient>(thread_, std::move(socket), limits_, std::move(feed),
                                      [this](LocalClient& gone) { remove(gone); });
    LocalClient& started = *client;
    clients_[&started] = std::move(client);
    started.start(handshake_answer);  // may remove it
}

void LocalClients::remove(LocalClient& gone) {
    clients_.erase(&gone);
    if (clients_.empty()) ended_.reset();
}

void LocalClients::close_all(std::shared_ptr<void> ended) {
    if (!clients_.empty()) ended_ = std::move(ended);
    for (auto entry = clients_.begin(); entry != clients_.end();) {
        LocalClient& client = *(entry++)->first;  // closing may remove it
        client.close(wire::CloseCode::going_away, "the host is shutting down");
    }
}

}  // namespace relay::host
