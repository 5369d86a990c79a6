// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/hub.hpp"
#include "net/websocket_connection.hpp"
#include "session/arrival.hpp"
#include "session/connection_report.hpp"

#include <string>
#include <vector>

namespace relay::session {

class Shard;

// A client on a topic: its connection, what it may do, and its place in the hub. Lives on its
// shard's thread, which owns it. One who writes and asks for it is told of its audience by pings
// (docs/protocol.md#audience).
class Member final : private net::WebSocketOwner, private hub::AudienceWatcher {
public:
    Member(Shard& shard, Arrival arrival, const net::WebSocketLimits& limits, WallTime now);
    ~Member();  // leaves the topic

    // Answers the handshake and begins to serve.
    void start();

    const std::string& topic() const { return seat_.topic->name; }
    const std::string& booking_id() const { return booking_id_; }
    bool can_read() const { return can_read_; }
    net::WebSocketConnection& connection() { return connection_; }
    ConnectionReport report(SteadyTime now) const;

    std::size_t place = 0;  // in the shard's list

private:
    void on_message(wire::MessagePtr message, bool more_coming) override;
    void on_closed(wire::CloseCode code, std::string_view reason) override;
    std::string ping_payload() override;
    void on_audience_changed() override;
    std::size_t other_readers() const;

    Shard& shard_;
    hub::TopicDirectory::Seat seat_;
    std::string booking_id_;
    std::string remote_address_;
    std::string user_agent_;
    std::vector<std::string> scopes_;
    bool can_read_;
    bool can_write_;
    bool watches_audience_;
    bool told_of_readers_ = false;  // what the last ping about it said
    WallTime connected_;
    WallTime expires_;
    net::WebSocketConnection connection_;
    hub::Hub::Part* part_;
    std::string handshake_answer_;        // emptied by start()
    std::vector<std::uint8_t> received_;  // likewise
};

}  // namespace relay::session
