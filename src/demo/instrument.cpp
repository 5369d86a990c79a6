// SPDX-License-Identifier: Apache-2.0
#include "demo/instrument.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>

namespace relay::demo {

std::string Instrument::next_sample(WallTime now) {
    pendulum_.advance();
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
    return fmt::format(
        R"({{"seq":{},"t":{},"angle":{:.5f},"velocity":{:.5f},"drive":{},"brake":{}}})",
        sequence_++, time.count(), pendulum_.angle(), pendulum_.velocity(), pendulum_.drive(),
        pendulum_.brake());
}

std::optional<std::string> Instrument::obey(std::string_view message) {
    const auto command = nlohmann::json::parse(message, nullptr, false);
    if (!command.is_object()) return std::nullopt;
    if (const auto ping = command.find("ping"); ping != command.end() && ping->is_number())
        return nlohmann::json{{"pong", *ping}}.dump();
    const auto set = command.find("set");
    const auto to = command.find("to");
    if (set == command.end() || to == command.end()) return std::nullopt;
    if (*set == "drive" && to->is_number()) pendulum_.set_drive(to->get<double>());
    if (*set == "brake" && to->is_boolean()) pendulum_.set_brake(to->get<bool>());
    return std::nullopt;
}

}  // namespace relay::demo
