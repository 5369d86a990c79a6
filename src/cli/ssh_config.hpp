// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace relay::cli {

// What `relay shell ssh-config` is asked for: blocks of ssh's configuration (ssh_config(5)), with
// which ssh reaches machines through `relay shell client --stdio`.
struct SshConfigPlan {
    std::string session;     // access URL; {machine} stands for the name of the machine
    std::string token_file;  // likewise; ~/ is the home directory of whoever calls ssh
    std::vector<std::string> machines;
    std::string prefix;         // of the name that is given to ssh: prefix and machine
    std::string user;           // on the machines; empty: ssh's own choice
    std::string target;         // a name that the hosts know; empty: their default
    std::string client_config;  // settings file of the client; empty: none
    std::string program;        // relay, as the ProxyCommand calls it
};

// The text with the machine's name for each {machine}.
std::string for_machine(std::string text, std::string_view machine);

// A `Host` block for each machine. Paths go in as they are: relative ones would depend on where ssh
// is called. Errors: Errc::invalid, with the setting's name, for what ssh would misread.
Result<std::string> ssh_config_text(const SshConfigPlan& plan);

// The text as one word of a ProxyCommand, which ssh expands (`%%`) and then gives to the user's
// shell. Errors: Errc::invalid for control characters, which would end the line, and for
// backslashes, which ssh's check of quotes and the shell's take differently.
Result<std::string> proxy_word(std::string_view text);

// The same for a path; `~/` in front stays what the shell replaces.
Result<std::string> proxy_path(std::string_view path);

}  // namespace relay::cli
