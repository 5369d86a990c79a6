// SPDX-License-Identifier: Apache-2.0
#include "record/path.hpp"

#include "base/time_text.hpp"

#include <algorithm>

namespace relay::record {
namespace {

constexpr std::size_t longest_path = 1024;
constexpr std::size_t longest_part = 200;  // of the 255 that file systems allow: see rotated_name

std::unexpected<Error> refuse(std::string_view why) {
    return fail(Errc::invalid, std::string("file: ").append(why));
}

bool is_control(char letter) {
    return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
}

// What follows the folder in an absolute path; nothing when the path is not inside.
Result<std::string_view> inside(std::string_view path, const std::filesystem::path& folder) {
    std::error_code error;
    std::string prefix = std::filesystem::absolute(folder, error).lexically_normal().string();
    if (error) return refuse("the folder of recordings has no absolute path");
    if (!prefix.ends_with('/')) prefix += '/';
    if (!path.starts_with(prefix)) return refuse("must be below the folder of --record-dir");
    return path.substr(prefix.size());
}

// Appends the path's parts but for empty ones and `.`.
Result<void> append_parts(std::string_view path, std::string& normal) {
    for (std::size_t start = 0; start < path.size();) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        const std::string_view part = path.substr(start, end - start);
        start = end + 1;
        if (part.empty() || part == ".") continue;
        if (part == "..") return refuse("must not hold \"..\"");
        if (part.size() > longest_part) return refuse("has a part of more than 200 bytes");
        if (!normal.empty()) normal += '/';
        normal += part;
    }
    return {};
}

}  // namespace

Result<std::string> validate_recording_path(std::string_view path,
                                            const std::filesystem::path& folder) {
    if (folder.empty()) return refuse("recording is off; start the host with --record-dir");
    if (path.size() > longest_path) return refuse("longer than 1024 bytes");
    if (std::ranges::any_of(path, is_control)) return refuse("holds a control character");
    if (path.empty() || path.ends_with('/') || path.ends_with("/.") || path == ".")
        return refuse("must name a file");
    if (path.starts_with('/')) {
        const auto rest = inside(path, folder);
        if (!rest) return std::unexpected(rest.error());
        path = *rest;
    }
    std::string normal;
    const auto appended = append_parts(path, normal);
    if (!appended) return std::unexpected(appended.error());
    if (normal.empty()) return refuse("must name a file");
    return normal;
}

std::string rotated_name(std::string_view name, WallTime time, int attempt) {
    std::string stamp = "-" + format_time(time);
    std::erase_if(stamp, [](char letter) { return letter == ':'; });
    stamp.erase(5, 1);  // the dashes of the date
    stamp.erase(7, 1);
    if (attempt > 1) stamp += "-" + std::to_string(attempt);
    const std::filesystem::path file(name);
    return file.stem().string() + stamp + file.extension().string();
}

}  // namespace relay::record
