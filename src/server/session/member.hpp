// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/hub.hpp"
#include "net/websocket_connection.hpp"
#include "server/connection_report.hpp"
#include "server/member_count.hpp"
#include "server/session/arrival.hpp"

#include <string>
#include <vector>

namespace relay::server {

class SessionShard;

// A client on a topic: its connection, what it may do, and its place in the hub. Lives on its
// shard's thread, which owns it. One who writes and asks for it is told of its audience by pings
// (docs/protocol.md#audience).
class SessionMember final : private net::WebSocketOwner, private hub::AudienceWatcher {
public:
    SessionMember(SessionShard& shard, SessionArrival arrival, const net::WebSocketLimits& limits,
                  MemberCount& count, WallTime now);
    ~SessionMember();  // leaves the topic

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

    const MemberCount::Member counted_;
    SessionShard& shard_;
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

}  // namespace relay::server
