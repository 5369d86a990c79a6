// SPDX-License-Identifier: Apache-2.0
#include "server/shell/alert.hpp"

#include "access/session_uri.hpp"
#include "server/shell/arrival.hpp"

#include <nlohmann/json.hpp>

namespace relay::server {

namespace {

wire::MessagePtr text_message(const nlohmann::ordered_json& value) {
    const std::string text =
        value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    return wire::Message::copy_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                                  wire::MessageType::text);
}

}  // namespace

wire::MessagePtr alert_message(const ConnectAlert& alert, std::string_view relay_address) {
    const std::string path = alert.topic + '/' + alert.connection_id;
    nlohmann::ordered_json value = {
        {"action", "connect"},
        {"uri", access::session_uri(relay_address, alert.prefix, path, alert.code.reveal())},
        {"uuid", alert.connection_id}};
    if (alert.resumes) value["subprotocol"] = resume_protocol;
    if (!alert.target.empty()) value["target"] = alert.target;
    return text_message(value);
}

wire::MessagePtr disconnect_message(std::string_view connection_id) {
    return text_message({{"action", "disconnect"}, {"uri", ""}, {"uuid", connection_id}});
}

}  // namespace relay::server
