// SPDX-License-Identifier: Apache-2.0
#include "host/equipment/equipment_rules.hpp"

#include "host/equipment/bridge_device.hpp"
#include "host/equipment/serial_port.hpp"
#include "host/feeds/name.hpp"

namespace relay::host {
namespace {

Result<void> check_feed(const std::string& feed) {
    const auto name = parse_name(feed, "feed");
    if (!name) return std::unexpected(name.error());
    if (*name != feed) return fail(Errc::invalid, "feed: must not begin with /");
    return {};
}

Result<void> check_command(const CommandRule& command) {
    if (!command.is_set()) return fail(Errc::invalid, "command: names no program");
    if (!command.arguments.empty() && command.arguments.front().empty())
        return fail(Errc::invalid, "command: its first word names no program");
    if (!command.arguments.empty() && !command.shell.empty())
        return fail(Errc::invalid, "command: is both a list and a text for the shell");
    return {};
}

Result<void> check_device(const BridgeRule& rule) {
    if (!rule.serial.empty()) {
        const auto rate = check_baud(rule.baud);
        if (!rate) return fail(Errc::invalid, "baud: " + rate.error().detail);
        return {};
    }
    if (rule.command.is_set()) return check_command(rule.command);
    const auto place = parse_host_and_port(rule.tcp);
    if (!place) return fail(Errc::invalid, "tcp: " + place.error().detail);
    return {};
}

}  // namespace

Result<void> check_rule(const CameraRule& rule) {
    if (const auto feed = check_feed(rule.feed); !feed) return feed;
    return check_command(rule.command);
}

Result<void> check_rule(const BridgeRule& rule) {
    if (const auto feed = check_feed(rule.feed); !feed) return feed;
    const int devices = static_cast<int>(!rule.serial.empty()) +
                        static_cast<int>(!rule.tcp.empty()) +
                        static_cast<int>(rule.command.is_set());
    if (devices != 1)
        return fail(Errc::invalid, "a bridge names one of serial, tcp and command, and only one");
    return check_device(rule);
}

}  // namespace relay::host
