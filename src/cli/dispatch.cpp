// SPDX-License-Identifier: Apache-2.0
#include "base/spelling.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>

namespace relay::cli {
namespace {

using Words = std::span<const std::string>;

// Names of the program, each a group of commands.
constexpr std::array<std::string_view, 3> group_programs{"session", "shell", "book"};

bool is_group_program(std::string_view name) {
    return std::ranges::count(group_programs, name) > 0;
}

std::vector<std::string> split_words(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(std::move(word));
    return words;
}

bool begins_with(Words words, const std::string& name) {
    const auto expected = split_words(name);
    return words.size() >= expected.size() &&
           std::equal(expected.begin(), expected.end(), words.begin());
}

struct Match {
    const Command* command;
    std::size_t length;  // words that name it
};

// The command with the longest name that the words begin with.
std::optional<Match> find_command(std::span<const Command> table, Words words) {
    std::optional<Match> best;
    const auto consider = [&](const Command& command, const std::string& name) {
        const std::size_t length = split_words(name).size();
        if (begins_with(words, name) && (!best || length > best->length)) best = {&command, length};
    };
    for (const Command& command : table) {
        consider(command, command.path);
        for (const std::string& alias : command.aliases) consider(command, alias);
    }
    return best;
}

bool asks_for_help(const std::string& word) {
    return word == "--help" || word == "-h" || word == "help";
}

bool names_member(const Command& command, const std::string& group) {
    const auto is_below = [&](const std::string& name) { return name.starts_with(group + " "); };
    return is_below(command.path) || std::ranges::any_of(command.aliases, is_below);
}

// Commands that have a name which begins with the group's words; all when there are none.
std::vector<const Command*> commands_of(std::span<const Command> table, const std::string& group) {
    std::vector<const Command*> found;
    for (const Command& command : table) {
        if (command.hidden) continue;
        if (group.empty() || names_member(command, group)) found.push_back(&command);
    }
    return found;
}

void print_overview(const std::vector<const Command*>& listed, std::ostream& stream) {
    fmt::print(stream,
               "relay: open infrastructure for remote laboratories\n\n"
               "Usage: relay COMMAND [--setting VALUE]...\n\nCommands\n");
    for (const Command* command : listed) {
        std::string also;
        for (const std::string& alias : command->aliases) {
            also += (also.empty() ? " (also: relay " : ", relay ") + alias;
        }
        if (!also.empty()) also += ")";
        fmt::print(stream, "  {:<20} {}{}\n", command->path, command->summary, also);
    }
    fmt::print(stream, "\nrelay COMMAND --help lists the settings of a command.\n");
}

// The words before the first flag, three at most: no command has a longer name.
std::string leading_words(Words words) {
    std::string text;
    for (const std::string& word : words.first(std::min<std::size_t>(words.size(), 3))) {
        if (word.starts_with("-")) break;
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

std::optional<std::string> nearest_command(std::span<const Command> table, Words words) {
    std::vector<std::string> names;
    for (const Command& command : table) {
        if (command.hidden) continue;
        names.push_back(command.path);
        names.insert(names.end(), command.aliases.begin(), command.aliases.end());
    }
    const auto nearest = nearest_name(leading_words(words), names);
    return nearest ? nearest : nearest_name(words.front(), names);
}

int refuse(std::span<const Command> table, Words words, std::ostream& err) {
    const std::string given = leading_words(words);
    const auto nearest = nearest_command(table, words);
    if (words.size() == 1 && is_group_program(given)) {
        fmt::print(err, "relay: this version has no commands of `{}`", given);
    } else {
        fmt::print(err, "relay: unknown command `{}`", given.empty() ? words.front() : given);
    }
    if (nearest) fmt::print(err, "; did you mean `relay {}`?", *nearest);
    fmt::print(err, "\nSee `relay --help`.\n");
    return exit_usage;
}

// Takes the words off the front that name a group of commands, such as `session client`.
std::string take_group(std::span<const Command> table, Words& words) {
    std::string group;
    while (!words.empty()) {
        std::string longer = group.empty() ? words.front() : group + " " + words.front();
        if (commands_of(table, longer).empty()) break;
        group = std::move(longer);
        words = words.subspan(1);
    }
    return group;
}

// `relay`, `relay --help`, `session --help` and the like; nothing when the words name more.
std::optional<int> overview(std::span<const Command> table, Words words, std::ostream& out,
                            std::ostream& err) {
    const std::string group = take_group(table, words);
    const bool help = !words.empty() && asks_for_help(words.front());
    // Settings behind a group: which of its commands they are for is missing.
    const bool unfinished = words.empty() || (!group.empty() && words.front().starts_with("-"));
    if (!help && !unfinished) return std::nullopt;
    print_overview(commands_of(table, group), help ? out : err);
    return help ? exit_ok : exit_usage;
}

// The words that follow `relay`, whatever name the program was called by.
std::vector<std::string> command_words(Words words) {
    if (words.empty()) return {};
    std::vector<std::string> named(words.begin() + 1, words.end());
    const std::string program = words.front().substr(words.front().find_last_of('/') + 1);
    if (is_group_program(program)) named.insert(named.begin(), program);
    if (!named.empty() && named.front() == "--version") named.front() = "version";
    // `relay help COMMAND` is `relay COMMAND --help`.
    if (named.size() > 1 && named.front() == "help") {
        named.erase(named.begin());
        named.push_back("--help");
    }
    return named;
}

}  // namespace

int dispatch(std::span<const Command> table, std::span<const std::string> words,
             const config::Environment& environment, std::ostream& out, std::ostream& err) {
    const std::vector<std::string> named = command_words(words);
    if (const auto match = find_command(table, named)) {
        const auto rest = named.begin() + static_cast<std::ptrdiff_t>(match->length);
        return match->command->run({{rest, named.end()}, environment, out, err});
    }
    if (const auto code = overview(table, named, out, err)) return *code;
    return refuse(table, named, err);
}

}  // namespace relay::cli
