// SPDX-License-Identifier: Apache-2.0
#include "config/unknown.hpp"

#include "base/spelling.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace relay::config {
namespace {

std::string suggestion(std::string_view name, const std::vector<std::string>& own,
                       const std::vector<std::string>& others) {
    auto nearest = nearest_name(name, own);
    if (!nearest) nearest = nearest_name(name, others);
    return nearest ? fmt::format("; did you mean {}?", *nearest) : "";
}

bool looks_like_ours(const Schema& schema, std::string_view variable) {
    return variable.starts_with("RELAY_") ||
           std::ranges::any_of(schema.prefixes, [&](const std::string& prefix) {
               return variable.starts_with(prefix);
           });
}

const Known::Section* find_section(const Known& known, std::string_view name) {
    const auto found = std::ranges::find(known.sections, name, &Known::Section::name);
    return found == known.sections.end() ? nullptr : &*found;
}

std::vector<std::string> all_keys(const Known& known) {
    std::vector<std::string> keys;
    for (const Known::Section& section : known.sections) {
        keys.insert(keys.end(), section.keys.begin(), section.keys.end());
    }
    return keys;
}

// The reason why an entry means nothing to any command, or nothing when it does mean something.
std::string reason_unknown(const FileEntry& entry, const std::vector<std::string>& own,
                           const Known& known) {
    if (entry.section.empty()) {
        const auto keys = all_keys(known);
        if (std::ranges::count(keys, entry.key) > 0) return "";
        return fmt::format("unknown key {}{}", entry.key, suggestion(entry.key, own, keys));
    }
    if (const auto* section = find_section(known, entry.section)) {
        if (std::ranges::count(section->keys, entry.key) > 0) return "";
        return fmt::format("unknown key {} in [{}]{}", entry.key, entry.section,
                           suggestion(entry.key, section->keys, {}));
    }
    std::vector<std::string> names;
    std::ranges::transform(known.sections, std::back_inserter(names), &Known::Section::name);
    return fmt::format("unknown section [{}]{}", entry.section,
                       suggestion(entry.section, names, {}));
}

}  // namespace

std::vector<std::string> unknown_variables(const Schema& schema, const Environment& environment,
                                           const Known& known) {
    const auto own = variables_of(schema);
    std::vector<std::string> sentences;
    for (const auto& [name, value] : environment) {
        if (value.empty() || !looks_like_ours(schema, name)) continue;
        if (std::ranges::count(own, name) + std::ranges::count(known.variables, name) > 0) continue;
        sentences.push_back(
            fmt::format("unknown variable {}{}", name, suggestion(name, own, known.variables)));
    }
    return sentences;
}

std::vector<std::string> unknown_keys(const Schema& schema, const Sources& sources,
                                      const Known& known) {
    const auto own = keys_of(schema);
    std::vector<std::string> sentences;
    for (const FileEntry& entry : sources.file) {
        const std::string reason = reason_unknown(entry, own, known);
        if (!reason.empty()) {
            sentences.push_back(fmt::format("{}:{}: {}", sources.file_name, entry.line, reason));
        }
    }
    return sentences;
}

}  // namespace relay::config
