// SPDX-License-Identifier: Apache-2.0
#include "config/load.hpp"

#include "config/unknown.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

namespace relay::config {
namespace {

struct Found {
    std::string text;
    std::string origin;
    const EnvironmentName* name = nullptr;  // when it came from a variable
};

// The value of a setting at one level, given itself or as a file that holds it.
struct Pair {
    std::optional<Found> direct;
    std::optional<Found> in_file;  // text is the path
};

// Line ends at the end of a secret's file are the editor's, not the secret's.
void trim_line_ends(std::string& text) {
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
}

class Loader {
public:
    Loader(const Schema& schema, const Sources& sources) : schema_(schema), sources_(sources) {}

    void load(const Setting& setting);
    Result<Loaded> finish(std::vector<std::string> file_errors, std::vector<std::string> notices);

private:
    // Each gives nothing when the level has no value; errors go to errors_.
    std::optional<Found> from_flags(const Setting& setting);
    std::optional<Found> from_environment(const Setting& setting);
    std::optional<Found> from_file(const Setting& setting, const std::string& section);

    std::optional<Found> resolve(const Setting& setting, Pair pair);
    std::optional<Found> flag(const std::string& name) const;
    std::optional<Found> variable(const EnvironmentName& name, std::string_view suffix) const;
    std::optional<Found> entry(const std::string& section, const std::string& key) const;
    void store(const Setting& setting, const Found& found);
    void notice_use(const Setting& setting, const Found& found);

    const Schema& schema_;
    const Sources& sources_;
    Loaded loaded_;
    std::vector<std::string> errors_;
};

std::optional<Found> Loader::flag(const std::string& name) const {
    std::optional<Found> found;
    for (const Flag& given : sources_.flags) {
        if (given.name != name) continue;
        if (!found) found = Found{"", "--" + name};
        // Only lists are repeated (cli/flags.cpp refuses the rest); they are split at line ends.
        found->text += (found->text.empty() ? "" : "\n") + given.value;
    }
    return found;
}

std::optional<Found> Loader::variable(const EnvironmentName& name, std::string_view suffix) const {
    std::string full = name.text + std::string(suffix);
    const auto found = sources_.environment.find(full);
    if (found == sources_.environment.end() || found->second.empty()) return std::nullopt;
    return Found{found->second, std::move(full), &name};
}

std::optional<Found> Loader::entry(const std::string& section, const std::string& key) const {
    for (const FileEntry& each : sources_.file) {
        if (each.section == section && each.key == key) {
            return Found{each.value, fmt::format("{}:{}", sources_.file_name, each.line)};
        }
    }
    return std::nullopt;
}

std::optional<Found> Loader::resolve(const Setting& setting, Pair pair) {
    if (pair.direct && pair.in_file) {
        errors_.push_back(fmt::format("{}: {} and {} are both given; keep one", setting.name,
                                      pair.direct->origin, pair.in_file->origin));
    }
    if (pair.direct || !pair.in_file) return std::move(pair.direct);
    auto content = sources_.read_file(pair.in_file->text);
    if (content) trim_line_ends(*content);
    if (!content || content->empty()) {
        errors_.push_back(fmt::format("{}: {}: {}: {}", setting.name, pair.in_file->origin,
                                      pair.in_file->text,
                                      content ? "the file is empty" : content.error().detail));
        return std::nullopt;
    }
    pair.in_file->text = std::move(*content);
    return std::move(pair.in_file);
}

std::optional<Found> Loader::from_flags(const Setting& setting) {
    Pair pair{flag(setting.name), std::nullopt};
    if (setting.value.secret) pair.in_file = flag(setting.name + "-file");
    return resolve(setting, std::move(pair));
}

std::optional<Found> Loader::from_environment(const Setting& setting) {
    for (const EnvironmentName& name : setting.names) {
        Pair pair{variable(name, ""), std::nullopt};
        if (setting.value.secret) pair.in_file = variable(name, "_FILE");
        if (auto found = resolve(setting, std::move(pair))) return found;
    }
    return std::nullopt;
}

std::optional<Found> Loader::from_file(const Setting& setting, const std::string& section) {
    Pair pair{entry(section, setting.name), std::nullopt};
    if (setting.value.secret) pair.in_file = entry(section, setting.name + "-file");
    return resolve(setting, std::move(pair));
}

void Loader::notice_use(const Setting& setting, const Found& found) {
    if (!setting.no_effect.empty()) {
        loaded_.notices.push_back(
            fmt::format("{} has no effect: {}", found.origin, setting.no_effect));
    } else if (found.name != nullptr && found.name->era != Era::current) {
        const std::string_view suffix = found.origin.ends_with("_FILE") ? "_FILE" : "";
        loaded_.notices.push_back(fmt::format("{} is an old name: use {}{}", found.origin,
                                              setting.names.front().text, suffix));
    }
}

void Loader::store(const Setting& setting, const Found& found) {
    loaded_.origins[setting.name] = found.origin;
    notice_use(setting, found);
    const auto stored = setting.value.store(found.text);
    if (stored) return;
    const std::string given = setting.value.secret ? "" : fmt::format(" \"{}\":", found.text);
    errors_.push_back(
        fmt::format("{}: {}:{} {}", setting.name, found.origin, given, stored.error().detail));
}

void Loader::load(const Setting& setting) {
    const auto errors_before = errors_.size();
    auto found = from_flags(setting);
    if (!found) found = from_environment(setting);
    if (!found) found = from_file(setting, section_name(schema_));
    if (!found) found = from_file(setting, "");
    if (found) return store(setting, *found);
    loaded_.origins[setting.name] = "default";
    if (setting.required && errors_.size() == errors_before) {
        errors_.push_back(fmt::format("{}: required; give --{}{} or {}", setting.name, setting.name,
                                      setting.value.secret ? "-file" : "",
                                      setting.names.front().text));
    }
}

Result<Loaded> Loader::finish(std::vector<std::string> file_errors,
                              std::vector<std::string> notices) {
    std::ranges::move(file_errors, std::back_inserter(errors_));
    std::ranges::move(notices, std::back_inserter(loaded_.notices));
    if (!errors_.empty()) return fail(Errc::invalid, fmt::format("{}", fmt::join(errors_, "\n")));
    return std::move(loaded_);
}

}  // namespace

bool Loaded::is_default(std::string_view setting) const {
    const auto found = origins.find(setting);
    return found == origins.end() || found->second == "default";
}

Result<Loaded> load(const Schema& schema, const Sources& sources, const Known& known) {
    Loader loader(schema, sources);
    for (const Setting& setting : schema.settings) loader.load(setting);
    return loader.finish(unknown_keys(schema, sources, known),
                         unknown_variables(schema, sources.environment, known));
}

}  // namespace relay::config
