// SPDX-License-Identifier: Apache-2.0
#include "cli/documents.hpp"

#include "cli/settings.hpp"
#include "config/describe.hpp"

#include <fmt/format.h>

namespace relay::cli {
namespace {

constexpr std::string_view settings_introduction = R"(# Settings

<!-- Generated: relay docs settings > docs/settings.md -->

A setting named `access-port` is the flag `--access-port 8082`, the environment variable in its row,
and the key `access-port = 8082` in the file that `--config FILE` or `RELAY_CONFIG` names.

- **Which one counts**: the flag, else the first variable that is set and not empty, in the order of
  the row (today's names, those documented at first, those that were really read, those of v0.3.1 and
  later), else the file, else the default. `--check` shows where each value came from.
- **Older variables** work and give one notice in the log.
- **Slips**: an unknown variable that begins like ours gives a warning, an unknown key in the file is
  an error with its line; both name the nearest known name.
- **The file** is TOML. Keys under `[session-relay]`, `[shell-host]`, `[demo]` and so on are for that
  command and bind more than keys above all sections, which are for every command that has them.
- **Secrets**: `NAME_FILE`, `--name-file` and the key `name-file` give the path of a file that holds
  the secret; line ends at its end are not part of it. Nothing ever prints a secret. Prefer the file:
  flags and variables can be seen by other programs of the machine.
- **Durations** are `5s`, `1h5m`, `250ms`; bare numbers count the unit of the row.
- **Sizes** are `65536`, `64K`, `10MiB` (powers of 1024), `10MB` (powers of 1000).
- **Booleans** are true, t, 1, yes, on and false, f, 0, no, off; a flag alone is true.
- **Words** without a flag are the manifest of `book upload`, `lock` or `unlock` and the message of `book
  setstatus`, the file of `book export` and `book import`.
- **Lists** are split at commas and white space; flags of lists may be repeated.

Exit codes: 0 done, 2 unknown command or flag, 3 a setting is missing or not valid, 4 an address could
not be used or a peer not be reached, 5 the state could not be opened. Those of `session client` are in
[session-client.md](session-client.md); `book reset` ends with 1 when it is not confirmed.
)";

constexpr std::string_view manual_introduction = R"(.\" Generated: relay docs man > docs/relay.1
.TH RELAY 1
.SH NAME
relay \- open infrastructure for remote laboratories
.SH SYNOPSIS
.B relay
.I COMMAND
[\fB\-\-setting\fR \fIVALUE\fR]...
.SH DESCRIPTION
Carries live video and data between experiments behind firewalls and the people who use them, and the
ssh sessions of those who look after the machines; gives students sessions, one rig to one user.
Called by the name
.BR session ,
.B shell
or
.BR book ,
it takes that for the first word of the command.
Every setting is a flag, an environment variable, and a key in the file that
.B \-\-config
names; a flag binds more than a variable, a variable more than the file.
)";

constexpr std::string_view manual_end = R"(.SH EXIT STATUS
0 done; 2 unknown command or flag; 3 a setting is missing or not valid; 4 an address could not be used
or a peer not be reached; 5 the state could not be opened.
Of session client: 0 done; 1 usage, settings, a file, or not everything may have arrived; 2 the relay
refused for good; 3 a condition timed out, with \-\-strict.
Of book reset: 1 the answer was not yes.
.SH FILES
The settings file is TOML; keys are names of settings, on top for every command, or under
[session\-relay], [shell\-host], [demo] and so on for one.
)";

std::string upper(std::string text) {
    for (char& letter : text) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    }
    return text;
}

}  // namespace

std::string settings_document() {
    const AllSettings all;
    std::string text(settings_introduction);
    for (const config::Schema& schema : all.schemas) {
        text += fmt::format("\n## {}\n{}", schema.command, config::markdown(schema));
    }
    return text;
}

std::string manual_page(std::span<const Command> commands) {
    const AllSettings all;
    std::string text(manual_introduction);
    text += ".SH COMMANDS\n";
    for (const Command& command : commands) {
        if (command.hidden) continue;
        text += fmt::format(".TP\n.B relay {}\n{}\n", command.path, command.summary);
    }
    for (const config::Schema& schema : all.schemas) {
        text += fmt::format(".SH SETTINGS OF RELAY {}\n{}", upper(schema.command),
                            config::manual(schema));
    }
    return text + std::string(manual_end);
}

}  // namespace relay::cli
