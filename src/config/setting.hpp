// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/value.hpp"

#include <string>
#include <utility>
#include <vector>

namespace relay::config {

// Where a name of an environment variable comes from. All but `current` are deprecated: they work
// and give one notice.
enum class Era {
    current,
    documented,   // in the original README
    really_read,  // what the reference's code read instead
    later,        // chosen by v0.3.1 and the versions after it
};

struct EnvironmentName {
    std::string text;
    Era era = Era::current;
};

inline EnvironmentName documented(std::string name) {
    return {std::move(name), Era::documented};
}
inline EnvironmentName really_read(std::string name) {
    return {std::move(name), Era::really_read};
}
inline EnvironmentName later(std::string name) {
    return {std::move(name), Era::later};
}

// One row of a command's table of settings: everything that its flag, its environment variables,
// its key in the file, its line in the documents and its place in the configuration come from.
struct Setting {
    std::string name;   // kebab-case: the flag is `--name`, the key in the file `name`
    std::string group;  // heading in help and documents
    std::vector<EnvironmentName> names;  // most binding first; the first one is the name to use
    std::string help;
    Value value;  // its content when the table is made is the default
    bool required = false;
    std::string no_effect = {};  // why the setting, accepted for older set-ups, does nothing
};

// A command's table, for one instance of its configuration struct.
struct Schema {
    std::string command;                // `session relay`; its section in a file is [session-relay]
    std::vector<std::string> prefixes;  // of the variables whose misspelling is reported
    std::vector<Setting> settings;
    // Settings that may also be given as bare words, in this order: `book upload FILE`.
    std::vector<std::string> words = {};
};

std::string section_name(const Schema& schema);
const Setting* find_setting(const Schema& schema, std::string_view name);

// Names that mean something to any command: what is not among them is a slip.
struct Known {
    struct Section {
        std::string name;
        std::vector<std::string> keys;
    };
    std::vector<std::string> variables;
    std::vector<Section> sections;
};

void add_known(Known& known, const Schema& schema);

// Variables of the schema, `_FILE` variants included.
std::vector<std::string> variables_of(const Schema& schema);

// Keys of the schema in a file, `-file` variants included.
std::vector<std::string> keys_of(const Schema& schema);

}  // namespace relay::config
