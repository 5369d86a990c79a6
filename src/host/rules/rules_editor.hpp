// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "host/config.hpp"
#include "host/rules/rules.hpp"
#include "host/rules/saved_rules.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace relay::host {

// Who may change which rule. A rule has one of three owners: the settings (the destination of
// commands), the rules file, or the callers of the API, whose rules are saved before they take
// effect. A rule of the file hides one that callers made under the same name, until the file no
// longer has it.
//
// Refusals: Errc::invalid for a bad rule, Errc::conflict for one that belongs to somebody else,
// Errc::limit when it cannot be saved; nothing has changed then. On one thread, which it blocks
// for the disk.
class RulesEditor {
public:
    // `rules` is what is in force, changed by nobody else from now on.
    RulesEditor(Rules& rules, const Config& config);

    // Puts in force what was saved, what the rules file says and the settings' own; once, before
    // anything else. Errors name the setting: `api`, `state-dir`.
    Result<void> open(RuleSet file_rules);

    // By callers. The stored rule, as Rules gives it.
    Result<Stream> set_stream(Stream stream);
    Result<Destination> set_destination(Destination destination);

    // By callers; well when there is none. All: but those of the file and of the settings.
    Result<void> remove_stream(std::string_view name);
    Result<void> remove_destination(std::string_view id);
    Result<void> remove_all_streams();
    Result<void> remove_all_destinations();

    // The rules file as it is now, checked already. What did not change is not touched.
    void set_file_rules(RuleSet rules);

    const Rules& rules() const { return rules_; }

private:
    Result<void> check_owner(const Stream& stream) const;
    Result<void> check_owner(const Destination& rule) const;
    std::unexpected<Error> belongs_to_file(std::string_view what, std::string_view name) const;
    Result<Destination> check_caller(Destination destination) const;
    Result<void> replace_own(RuleSet changed);
    void warn_of_idle() const;
    RuleSet wanted() const;
    void enforce(const RuleSet& rules);

    Rules& rules_;
    const std::filesystem::path token_folder_;
    const std::filesystem::path state_folder_;
    const std::string file_name_;  // of the rules file
    std::optional<Destination> control_;
    std::optional<SavedRules> saved_;
    RuleSet own_;  // of the callers; may hold rules that today's settings do not permit
    RuleSet file_;
};

// The path of a token's file as a caller of the API may give it: inside the folder, relative paths
// begin there; symbolic links do not lead out. Errc::invalid, beginning with `token_file: `,
// otherwise, and when the folder is empty.
Result<std::string> checked_token_file(const std::string& path,
                                       const std::filesystem::path& folder);

}  // namespace relay::host
