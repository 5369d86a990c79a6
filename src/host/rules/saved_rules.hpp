// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/file_descriptor.hpp"
#include "host/rules/rules.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace relay::host {

// The rules that callers of the API made, in one file of a folder, so that a laboratory's machine
// may reboot unattended. The file holds tokens: it and the folder are for this user alone. One
// process at a time; blocks for the disk.
class SavedRules {
public:
    static constexpr std::size_t longest_file = 16 * 1024 * 1024;

    // Makes the folder where there is none. Errc::internal when it cannot be used, Errc::conflict
    // when another process uses it.
    static Result<SavedRules> open(std::filesystem::path folder);

    // What was saved last; nothing when there is nothing. A file that cannot be understood is set
    // aside, never overwritten, and the log says so. One that is another user's is an error: it
    // could send the camera anywhere.
    Result<RuleSet> load();

    // Replaces what was saved: once this returns well it survives a crash of the machine; else what
    // was saved before is still there. Errc::limit when there is no room, it is too
    // long to be loaded, or it cannot be written.
    Result<void> save(const RuleSet& rules);

    // Renames the file so that the next save does not replace it; its new path.
    Result<std::filesystem::path> set_aside();

private:
    SavedRules(std::filesystem::path folder, FileDescriptor descriptor);

    std::filesystem::path folder_;
    FileDescriptor descriptor_;  // of the folder, locked
};

// The text of the file, and back. Errc::invalid for what is no such text.
std::string saved_text(const RuleSet& rules);
Result<RuleSet> parse_saved(std::string_view text);

}  // namespace relay::host
