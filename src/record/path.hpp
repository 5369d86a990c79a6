// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace relay::record {

// The path of a recording, relative to the folder of recordings: as it was given, or what is left
// of an absolute one inside that folder. Looks at the text alone; Folder refuses symbolic links.
// Errc::invalid, beginning with `file: `, when the folder is empty (recording is off), the path
// leads out of it, or it cannot name a file.
Result<std::string> validate_recording_path(std::string_view path,
                                            const std::filesystem::path& folder);

// The name for a file that was rotated at that time: `video.ts` becomes
// `video-20261122T101910Z.ts`, or `video-20261122T101910Z-2.ts` for attempt 2.
std::string rotated_name(std::string_view name, WallTime time, int attempt);

}  // namespace relay::record
