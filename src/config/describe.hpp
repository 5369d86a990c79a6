// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/load.hpp"
#include "config/setting.hpp"

#include <string>

// Texts generated from a table of settings. The schema must be as made, its targets still holding
// the defaults, except for effective_settings.
namespace relay::config {

// The settings part of `--help`, by group. Settings without effect are left out.
std::string help_text(const Schema& schema);

// Markdown: a heading and a table for each group, with every name and the settings without effect.
std::string markdown(const Schema& schema);

// troff with man(7) macros: a paragraph for each setting that has an effect.
std::string manual(const Schema& schema);

// What `--check` prints: name, value and origin of each setting in columns, secrets hidden.
std::string effective_settings(const Schema& schema, const Loaded& loaded);

}  // namespace relay::config
