// SPDX-License-Identifier: Apache-2.0
// What comes from outside and becomes rules: a rules file, a command, saved rules. No text does
// harm; a mistake is told with its line; every reply is JSON; what is saved is read again.
#include "host/control/control.hpp"
#include "host/rules/rules_editor.hpp"
#include "host/rules/rules_file.hpp"
#include "host/rules/saved_rules.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace relay::host;

void check_rules_file(std::string_view text) {
    const auto found = parse_rules_file(text, "fuzz.yaml", Rules("/recordings"));
    if (!found && !found.error().detail.starts_with("fuzz.yaml:")) std::abort();
}

void check_command(std::string_view text) {
    const Config config;
    Rules rules;
    RulesEditor editor(rules, config);
    if (!editor.open({})) std::abort();
    const auto reply = answer_command(editor, text);
    if (reply && !nlohmann::json::accept(*reply)) std::abort();
}

void check_saved(std::string_view text) {
    const auto rules = parse_saved(text);
    if (!rules) return;
    const auto again = parse_saved(saved_text(*rules));
    if (!again || again->streams.size() != rules->streams.size()) std::abort();
    if (again->destinations.size() != rules->destinations.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_rules_file(text);
    check_command(text);
    check_saved(text);
    return 0;
}
