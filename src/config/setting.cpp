// SPDX-License-Identifier: Apache-2.0
#include "config/setting.hpp"

#include <algorithm>

namespace relay::config {

std::string section_name(const Schema& schema) {
    std::string name = schema.command;
    std::ranges::replace(name, ' ', '-');
    return name;
}

const Setting* find_setting(const Schema& schema, std::string_view name) {
    const auto found = std::ranges::find(schema.settings, name, &Setting::name);
    return found == schema.settings.end() ? nullptr : &*found;
}

std::vector<std::string> variables_of(const Schema& schema) {
    std::vector<std::string> variables;
    for (const Setting& setting : schema.settings) {
        for (const EnvironmentName& name : setting.names) {
            variables.push_back(name.text);
            if (setting.value.secret) variables.push_back(name.text + "_FILE");
        }
    }
    return variables;
}

std::vector<std::string> keys_of(const Schema& schema) {
    std::vector<std::string> keys;
    for (const Setting& setting : schema.settings) {
        keys.push_back(setting.name);
        if (setting.value.secret) keys.push_back(setting.name + "-file");
    }
    return keys;
}

void add_known(Known& known, const Schema& schema) {
    std::ranges::move(variables_of(schema), std::back_inserter(known.variables));
    known.sections.push_back({section_name(schema), keys_of(schema)});
}

}  // namespace relay::config
