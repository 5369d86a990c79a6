// SPDX-License-Identifier: Apache-2.0
#include "cli/flags.hpp"

#include "base/spelling.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace relay::cli {
namespace {

// What was given for each flag; the parser refers to the elements.
using Given = std::map<std::string, std::vector<std::string>>;

void add_option(CLI::App& parser, const std::string& name, Given& given) {
    const auto keep = [&values = given[name]](const CLI::results_t& results) {
        values = results;
        return true;
    };
    parser.add_option("--" + name, keep)
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_options(CLI::App& parser, const config::Setting& setting, Given& given) {
    if (setting.value.boolean) {
        // Alone, or with a value after `=`.
        parser.add_flag("--" + setting.name, given[setting.name]);
    } else {
        add_option(parser, setting.name, given);
    }
    if (setting.value.secret) add_option(parser, setting.name + "-file", given);
}

std::vector<std::string> flag_names(const config::Schema& schema, bool with_check) {
    std::vector<std::string> names = config::keys_of(schema);
    names.insert(names.end(), {"config", "help"});
    if (with_check) names.push_back("check");
    for (std::string& name : names) name.insert(0, "--");
    return names;
}

Result<void> refuse_unknown(const config::Schema& schema, const std::vector<std::string>& words,
                            bool with_check) {
    if (words.empty()) return {};
    // Not the value after `=`, which may be a secret.
    const std::string word = words.front().substr(0, words.front().find('='));
    if (!word.starts_with("-")) {
        return fail(Errc::invalid,
                    "unexpected argument; a value follows its flag, as in --name=value");
    }
    const auto nearest = nearest_name(word, flag_names(schema, with_check));
    return fail(Errc::invalid, fmt::format("unknown flag {}{}", word,
                                           nearest ? "; did you mean " + *nearest + "?" : ""));
}

// Gives the settings that may be bare words those that are no flags; returns the rest.
std::vector<std::string> take_words(const config::Schema& schema,
                                    const std::vector<std::string>& words, Given& given) {
    std::vector<std::string> rest;
    auto name = schema.words.begin();
    for (const std::string& word : words) {
        if (name == schema.words.end() || word.starts_with("-"))
            rest.push_back(word);
        else
            given[*name++].push_back(word);
    }
    return rest;
}

Result<void> refuse_repeated(const config::Schema& schema, const Given& given) {
    for (const auto& [name, values] : given) {
        const auto* setting = config::find_setting(schema, name);
        const bool list = setting != nullptr && setting->value.list;
        if (values.size() > 1 && !list) {
            return fail(Errc::invalid, fmt::format("--{} is given more than once", name));
        }
    }
    return {};
}

std::vector<std::string> flags_with_value(const config::Schema& schema) {
    std::vector<std::string> names{"--config"};
    for (const config::Setting& setting : schema.settings) {
        if (!setting.value.boolean) names.push_back("--" + setting.name);
        if (setting.value.secret) names.push_back("--" + setting.name + "-file");
    }
    return names;
}

// A flag that would take the next flag for its value lacks one; `--name=--value` says that it is
// meant.
Result<void> refuse_flags_as_values(const config::Schema& schema,
                                    std::span<const std::string> arguments, bool with_check) {
    const auto all = flag_names(schema, with_check);
    const auto takers = flags_with_value(schema);
    for (std::size_t index = 1; index < arguments.size(); ++index) {
        const std::string& before = arguments[index - 1];
        const std::string name = arguments[index].substr(0, arguments[index].find('='));
        if (std::ranges::count(takers, before) > 0 && std::ranges::count(all, name) > 0) {
            return fail(Errc::invalid, before + " needs a value");
        }
    }
    return {};
}

// The parser takes `--name=` for a flag without value; it is one with an empty value.
std::vector<std::string> separate_empty_values(std::span<const std::string> arguments) {
    std::vector<std::string> words;
    for (const std::string& word : arguments) {
        const bool empty_value = word.starts_with("--") && word.find('=') == word.size() - 1;
        words.push_back(empty_value ? word.substr(0, word.size() - 1) : word);
        if (empty_value) words.emplace_back();
    }
    return words;
}

// The one place where the parser's exceptions end.
Result<void> parse(CLI::App& parser, std::span<const std::string> arguments) {
    try {
        std::vector<std::string> words = separate_empty_values(arguments);
        std::ranges::reverse(words);  // the parser takes them from the back
        parser.parse(words);
        return {};
    } catch (const CLI::ArgumentMismatch& error) {
        // `--port: 1 required TEXT missing`
        const std::string text = error.what();
        return fail(Errc::invalid, text.substr(0, text.find(':')) + " needs a value");
    } catch (const CLI::Error& error) {
        return fail(Errc::invalid, error.what());
    }
}

}  // namespace

Result<FlagLine> parse_flags(const config::Schema& schema, std::span<const std::string> arguments,
                             bool with_check) {
    FlagLine line;
    // Help is given even when the rest is wrong.
    line.help = std::ranges::any_of(
        arguments, [](const std::string& word) { return word == "--help" || word == "-h"; });
    if (line.help) return line;
    Given given;
    CLI::App parser;
    parser.set_help_flag();
    parser.allow_extras();
    if (with_check) parser.add_flag("--check", line.check);
    add_option(parser, "config", given);
    for (const config::Setting& setting : schema.settings) add_options(parser, setting, given);
    auto parsed = refuse_flags_as_values(schema, arguments, with_check);
    if (parsed) parsed = parse(parser, arguments);
    if (parsed) {
        const auto rest = take_words(schema, parser.remaining(), given);
        parsed = refuse_unknown(schema, rest, with_check);
    }
    if (parsed) parsed = refuse_repeated(schema, given);
    if (!parsed) return std::unexpected(parsed.error());
    if (const auto files = given.extract("config"); !files.mapped().empty()) {
        line.config_file = files.mapped().front();
    }
    for (const auto& [name, values] : given) {
        for (const std::string& value : values) line.settings.push_back({name, value});
    }
    return line;
}

}  // namespace relay::cli
