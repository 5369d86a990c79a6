// SPDX-License-Identifier: Apache-2.0
#include "server/shell/audit_record.hpp"

#include "base/log.hpp"
#include "base/time_text.hpp"

#include <nlohmann/json.hpp>

namespace relay::server {

namespace {

double seconds(std::chrono::milliseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

std::string audit_line(const AuditRecord& record) {
    const nlohmann::ordered_json object = {{"time", format_time(record.ended)},
                                           {"event", "shell"},
                                           {"topic", record.topic},
                                           {"connection", record.connection_id},
                                           {"target", record.target},
                                           {"subject", record.subject},
                                           {"booking_id", record.booking_id},
                                           {"client_address", record.client_address},
                                           {"client_user_agent", record.client_user_agent},
                                           {"host_address", record.host_address},
                                           {"host_user_agent", record.host_user_agent},
                                           {"started", format_time(record.started)},
                                           {"ended", format_time(record.ended)},
                                           {"seconds", seconds(record.duration)},
                                           {"bytes_to_host", record.bytes_to_host},
                                           {"bytes_to_client", record.bytes_to_client},
                                           {"subprotocol", record.subprotocol},
                                           {"code", static_cast<unsigned>(record.code)},
                                           {"ended_by", record.ended_by},
                                           {"reason", record.reason}};
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

void log_audit(const AuditRecord& record) {
    log::info("byte stream ended", {{"event", "shell"},
                                    {"topic", record.topic},
                                    {"connection", record.connection_id},
                                    {"target", record.target},
                                    {"subject", record.subject},
                                    {"booking_id", record.booking_id},
                                    {"client_address", record.client_address},
                                    {"client_user_agent", record.client_user_agent},
                                    {"host_address", record.host_address},
                                    {"host_user_agent", record.host_user_agent},
                                    {"started", format_time(record.started)},
                                    {"ended", format_time(record.ended)},
                                    {"seconds", seconds(record.duration)},
                                    {"bytes_to_host", record.bytes_to_host},
                                    {"bytes_to_client", record.bytes_to_client},
                                    {"subprotocol", record.subprotocol},
                                    {"code", static_cast<unsigned>(record.code)},
                                    {"ended_by", record.ended_by},
                                    {"reason", record.reason}});
}

}  // namespace relay::server
