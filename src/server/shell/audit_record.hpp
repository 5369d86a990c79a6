// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "wire/close_code.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace relay::server {

// What is told of one byte stream once it has ended: who, when, to what, how much, and why it
// ended. Neither contents nor codes, tokens and salts.
struct AuditRecord {
    std::string topic;
    std::string connection_id;
    std::string target;  // empty: the host's own choice
    std::string subject;
    std::string booking_id;
    std::string client_address;
    std::string client_user_agent;
    std::string host_address;  // empty, as the next, when the host did not come
    std::string host_user_agent;
    WallTime started{};
    WallTime ended{};
    std::chrono::milliseconds duration{0};  // unlike the times' difference never wrong
    std::uint64_t bytes_to_host = 0;
    std::uint64_t bytes_to_client = 0;
    std::string subprotocol;
    wire::CloseCode code = wire::CloseCode::abnormal;  // of the first end to close
    std::string ended_by;                              // client, host or relay
    std::string reason;
};

// One line of JSON with its line feed (docs/protocol.md#audit). Text from peers that is no UTF-8 is
// mended.
std::string audit_line(const AuditRecord& record);

// The same to the log, at info.
void log_audit(const AuditRecord& record);

}  // namespace relay::server
