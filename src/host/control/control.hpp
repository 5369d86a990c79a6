// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/rules/rules_editor.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace relay::host {

// Control by messages (spec: session-host §5; docs/session-host.md): does what a command says and
// returns the one reply, JSON. Nothing for an `error` reply: it is another host's on the same
// topic, and answering would never end. Tokens are not given back, nor text that cannot be
// understood. On the editor's thread.
std::optional<std::string> answer_command(RulesEditor& editor, std::string_view command);

// The reply to what is no command.
std::string unrecognised_command();

}  // namespace relay::host
