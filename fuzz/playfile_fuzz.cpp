// SPDX-License-Identifier: Apache-2.0
// A script, from its text to its end: no text does harm, each line gives steps or an error, and a
// message that was read is sent unchanged behind `[] `.
#include "playfile/parse.hpp"
#include "playfile/player.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <variant>

namespace {

using namespace relay::playfile;
using relay::SteadyTime;

void check_lines(std::string_view text, const Reading& reading) {
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
    std::size_t last = 0;
    for (const Step& step : reading.script.steps) {
        if (step.line < last || step.line == 0 || step.line > lines) std::abort();
        last = step.line;
    }
    for (const Remark& error : reading.errors) {
        if (error.line == 0 || error.line > lines || error.text.empty()) std::abort();
    }
}

void check_send_unchanged(const std::string& message) {
    if (message.empty() || message.ends_with('\r') || message.find_first_not_of(" \t\f\r") != 0 ||
        message.size() + 3 > longest_line) {
        return;
    }
    const auto again = parse("[] " + message + "\n");
    if (!again || again->steps.size() != 1) std::abort();
    const auto* send = std::get_if<Send>(&again->steps.front().what);
    if (send == nullptr || send->text != message) std::abort();
}

// Each wait ends on time, so the script has its end after as many actions as it has steps.
void play(Script script) {
    const std::size_t steps = script.steps.size();
    Player player(std::move(script));
    SteadyTime now{};
    std::size_t actions = 0;
    for (;;) {
        const auto action = player.resume(Player::Proceed{}, now);
        if (std::holds_alternative<Player::End>(action)) return;
        if (++actions > steps) std::abort();
        if (const auto* wait = std::get_if<Player::WaitUntil>(&action)) {
            if (wait->time <= now) std::abort();
            static_cast<void>(player.resume(Player::Received{"message"}, now));
            now = wait->time;
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Reading reading = read_script(text);
    check_lines(text, reading);
    for (const Step& step : reading.script.steps) {
        if (const auto* send = std::get_if<Send>(&step.what)) check_send_unchanged(send->text);
    }
    if (parse(text).has_value() != reading.errors.empty()) std::abort();
    play(std::move(reading.script));
    return 0;
}
