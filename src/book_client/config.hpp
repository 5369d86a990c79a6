// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace relay::book_client {

// Which booking server a command calls, and as whom.
struct ServerAddress {
    std::string scheme = "https";
    std::string host = "book.practable.io";  // with a port when it is not the scheme's
    std::string base = "/api/v1";
    Secret token;  // admin login token; the command logs in with it
    std::chrono::milliseconds timeout{10'000};
};

enum class Format { table, csv, json };

struct Upload {
    ServerAddress server;
    std::filesystem::path manifest;
    bool dry_run = false;
    bool json = false;
};

struct Reset {
    ServerAddress server;
    bool yes = false;
    bool json = false;
};

struct Status {
    ServerAddress server;
    std::optional<bool> lock;            // absent: only look
    std::optional<std::string> message;  // of the day
    bool json = false;
};

struct Transfer {  // export, import
    ServerAddress server;
    std::filesystem::path file;  // empty: standard output or input
    bool json = false;
};

struct Stats {
    ServerAddress server;
    std::string from, to;  // RFC 3339; empty: the last seven days
    Format format = Format::table;
};

}  // namespace relay::book_client
