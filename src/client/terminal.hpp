// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/stats_table.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <termios.h>
#include <vector>

namespace relay::client {

// The process's terminal as a screen: while this exists its other content is set aside, the cursor
// is hidden, and keys come at once and unseen. Ctrl-C stays a signal. Put back on destruction.
class Screen {
public:
    // Whether standard output is a terminal that understands escape codes.
    static bool exists();

    Screen();
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    static bool has_keys();  // standard input is a terminal, too
    static TableSize size();

    // Replaces what it shows; without flicker.
    static std::string frame(const std::vector<std::string>& lines);

    // For Ctrl-Z: the shell gets its terminal, and the process stops until it is continued.
    void suspend();

private:
    void enter();
    void leave();

    std::optional<termios> before_;  // of standard input
};

}  // namespace relay::client
