// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"
#include "uplink/connection_config.hpp"

#include <chrono>
#include <filesystem>
#include <string>

// Settings of `relay session client ...`; cli/settings_session_client.cpp fills and documents them.
namespace relay::client {

// The way to a topic.
struct Access {
    std::string session;  // access URL, or ws(s) URL; several, with blanks between, for fail-over
    Secret token;
    std::filesystem::path token_file;
    uplink::ConnectionConfig connection;
};

enum class LogMode {
    text,    // a line for each message
    binary,  // payloads alone
};

struct FileConfig {
    Access access;
    std::string log;   // path, `-` for standard output, or empty for none
    std::string play;  // path, `-` for standard input, or empty for none
    LogMode mode = LogMode::text;
    bool force = false;       // play what is well-formed of a script with errors
    bool check_only = false;  // read the script, and end
    bool strict = false;      // a condition's time-out gives exit_timed_out
};

enum class Framing { line, length, raw };

struct PipeConfig {
    Access access;
    Framing framing = Framing::line;
    bool keep_open = false;  // go on receiving after the end of the input
    bool send_only = false;  // not both
    bool receive_only = false;
};

struct StatsConfig {
    Access access;
    std::chrono::milliseconds every{2000};  // asks for a report so often
    bool json = false;
    bool once = false;
};

}  // namespace relay::client
