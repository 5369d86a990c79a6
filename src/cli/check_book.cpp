// SPDX-License-Identifier: Apache-2.0
#include "cli/check_book.hpp"

#include "auth/keyring.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace relay::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view sqlite_scheme = "sqlite:";

// Tokens name the audience letter for letter, so it is neither mended nor shortened.
bool is_web_address(std::string_view text) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (!text.starts_with(scheme)) continue;
        const auto rest = text.substr(scheme.size());
        return !rest.empty() && rest.front() != '/' && rest.front() != ':' &&
               rest.find_first_of(" \t\r\n\"<>") == rest.npos;
    }
    return false;
}

// Where the database is, and which setting says so.
struct Place {
    std::string setting;
    fs::path file;
};

Result<Place> place_of(const book::Config& config) {
    if (config.database.empty()) return Place{"state-dir", config.state_dir / "book.db"};
    const std::string_view text = config.database;
    if (!text.starts_with(sqlite_scheme) || text.size() == sqlite_scheme.size())
        return fail(Errc::invalid, "database: expected sqlite:PATH");
    return Place{"database", fs::path(text.substr(sqlite_scheme.size()))};
}

// SQLite makes files beside the database, so the folder must be writable too. A folder that is
// absent is made by the server.
Result<void> check_access(const Place& place) {
    std::error_code ignored;
    fs::path folder = fs::absolute(place.file, ignored).parent_path();
    while (!fs::exists(folder, ignored) && folder != folder.parent_path())
        folder = folder.parent_path();
    const auto refuse = [&](const fs::path& path) {
        return fail(Errc::invalid, fmt::format("{}: {}: {}", place.setting, path.string(),
                                               std::generic_category().message(errno)));
    };
    if (fs::exists(folder, ignored) && !fs::is_directory(folder, ignored)) {
        errno = ENOTDIR;
        return refuse(folder);
    }
    if (::access(folder.c_str(), W_OK | X_OK) != 0) return refuse(folder);
    if (fs::exists(place.file, ignored) && ::access(place.file.c_str(), R_OK | W_OK) != 0)
        return refuse(place.file);
    return {};
}

Result<std::vector<std::string>> check_secrets(const book::Config& config) {
    const auto keys = auth::KeyRing::make(config.secret, config.keys);
    if (!keys) return std::unexpected(keys.error());
    std::vector<std::string> warnings = keys->warnings();
    if (config.relay_secret.empty()) return warnings;
    const auto relay = auth::KeyRing::make(config.relay_secret);
    if (!relay) return std::unexpected(relay.error());
    for (const std::string& warning : relay->warnings())
        warnings.push_back("relay-secret: " + warning);
    return warnings;
}

}  // namespace

Result<std::vector<std::string>> check_book(const book::Config& config) {
    if (!is_web_address(config.audience))
        return fail(Errc::invalid,
                    "audience: expected an address such as https://lab.example/book");
    const auto place = place_of(config);
    if (!place) return std::unexpected(place.error());
    if (const auto usable = check_access(*place); !usable) return std::unexpected(usable.error());
    return check_secrets(config);
}

}  // namespace relay::cli
