// SPDX-License-Identifier: Apache-2.0
#include "host/control/control.hpp"

#include "host/rules/rules_json_detail.hpp"

#include <utility>

namespace relay::host {
namespace {

struct Command {
    std::string verb;
    std::string what;
    std::string which;
    Json rule;           // null when there is none
    bool error = false;  // another host's reply
};

Json error_reply(std::string_view reason) {
    Json json;
    json["error"] = std::string(reason);
    return json;
}

Json unrecognised() {
    return error_reply("Unrecognised Command");
}

Json deleted(std::string_view which) {
    Json json;
    json["deleted"] = std::string(which);
    return json;
}

// Nothing when it is no object, or its words are no texts. Other members have no meaning, as in the
// reference.
std::optional<Command> parse_command(std::string_view text) {
    auto json = parse_json(text);
    if (!json || !json->is_object()) return std::nullopt;
    Command command;
    for (const auto& [name, value] : json->items()) {
        const std::string key = lower_case(name);
        if (key == "error") command.error = true;
        // Moved, since the library copies by recursion: deep nesting would exhaust the stack.
        if (key == "rule") command.rule = std::move(value);
        std::string* const word = key == "verb"    ? &command.verb
                                  : key == "what"  ? &command.what
                                  : key == "which" ? &command.which
                                                   : nullptr;
        if (!word || value.is_null()) continue;
        if (text_into(*word)(value)) return std::nullopt;
    }
    return command;
}

template <class Rule>
Json reply_to(const Result<Rule>& stored) {
    return stored ? as_json(*stored) : error_reply(stored.error().detail);
}

Json add(RulesEditor& editor, const Command& command) {
    const bool is_stream = command.what == "stream";
    if (!is_stream && command.what != "destination") return unrecognised();
    if (command.rule.is_null()) return error_reply("rule: is missing");  // killed the reference
    if (is_stream) {
        auto stream = read_stream(command.rule);
        return reply_to(stream ? editor.set_stream(std::move(*stream)) : stream);
    }
    auto destination = read_destination(command.rule);
    return reply_to(destination ? editor.set_destination(std::move(*destination)) : destination);
}

Json list_stream(const Rules& rules, const std::string& which) {
    if (which.empty()) return unrecognised();
    if (which == "all") return as_json(rules.streams());
    const Stream* stream = rules.find_stream(which);
    Json json;
    json["feeds"] = stream ? Json(stream->feeds) : Json(nullptr);
    return json;
}

Json list(const Rules& rules, const Command& command) {
    if (command.what == "stream") return list_stream(rules, command.which);
    if (command.what != "destination") return unrecognised();
    if (command.which == "all") return as_json(rules.destinations());
    const Destination* rule = rules.find_destination(command.which);
    return as_json(rule ? *rule : Destination{});  // empty texts for an unknown one, as ever
}

Json remove(RulesEditor& editor, const Command& command) {
    const bool is_stream = command.what == "stream";
    if ((!is_stream && command.what != "destination") || command.which.empty())
        return unrecognised();
    const bool all = is_all(command.which);
    const auto done =
        all ? (is_stream ? editor.remove_all_streams() : editor.remove_all_destinations())
            : (is_stream ? editor.remove_stream(command.which)
                         : editor.remove_destination(command.which));
    if (!done) return error_reply(done.error().detail);
    return deleted(all ? "deleteAll" : command.which);
}

Json reply(RulesEditor& editor, const Command& command) {
    if (command.verb == "add") return add(editor, command);
    if (command.verb == "list") return list(editor.rules(), command);
    if (command.verb == "delete") return remove(editor, command);
    if (command.verb != "healthcheck") return unrecognised();
    Json json;
    json["healthcheck"] = "ok";
    return json;
}

}  // namespace

std::optional<std::string> answer_command(RulesEditor& editor, std::string_view text) {
    const auto command = parse_command(text);
    if (!command) return unrecognised_command();
    if (command->error && command->verb.empty()) return std::nullopt;
    return dump_json(reply(editor, *command));
}

std::string unrecognised_command() {
    return dump_json(unrecognised());
}

}  // namespace relay::host
