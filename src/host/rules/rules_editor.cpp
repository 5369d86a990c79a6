// SPDX-License-Identifier: Apache-2.0
#include "host/rules/rules_editor.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace relay::host {
namespace {

std::optional<Destination> control_destination(const Config& config) {
    if (config.control_url.empty()) return std::nullopt;
    return Destination{.id = std::string(control_id),
                       .stream = std::string(control_feed),
                       .destination = config.control_url,
                       .token = config.control_url_token,
                       .token_file = config.control_url_token_file.string(),
                       .file = ""};
}

// Names as callers may write them.
std::string_view without_slash(std::string_view name) {
    if (name.starts_with('/')) name.remove_prefix(1);
    return name;
}

void warn_of_hidden(std::string_view what, const auto& own, const auto& file) {
    for (const auto& [name, rule] : file)
        if (own.contains(name))
            log::warn("a rule of the rules file hides one that was made by the API",
                      {{what, name}});
}

}  // namespace

Result<std::string> checked_token_file(const std::string& path,
                                       const std::filesystem::path& folder) {
    const auto refuse = [](std::string_view why) {
        return fail(Errc::invalid, std::string("token_file: ").append(why));
    };
    if (folder.empty()) return refuse("callers may name none; start the host with --token-dir");
    if (path.contains('\0')) return refuse("is no path");
    std::error_code error;
    const auto home = std::filesystem::weakly_canonical(folder, error);
    if (error) return refuse("the folder of --token-dir cannot be read");
    const auto file = std::filesystem::weakly_canonical(home / path, error);
    if (error) return refuse("cannot be looked for: " + error.message());
    const auto relative = file.lexically_relative(home);
    if (relative.empty() || relative == "." || *relative.begin() == "..")
        return refuse("must be inside the folder of --token-dir");
    return file.string();
}

RulesEditor::RulesEditor(Rules& rules, const Config& config)
    : rules_(rules),
      token_folder_(config.token_folder),
      state_folder_(config.state_folder),
      file_name_(config.rules_file.string()),
      control_(control_destination(config)) {}

Result<void> RulesEditor::open(RuleSet file_rules) {
    if (control_) {
        auto good = rules_.checked(*control_);
        if (!good) return fail(good.error().code, "api: " + good.error().detail);
        control_ = std::move(*good);
    }
    if (!state_folder_.empty()) {
        auto saved = SavedRules::open(state_folder_);
        if (!saved) return std::unexpected(saved.error());
        saved_.emplace(std::move(*saved));
        auto loaded = saved_->load();
        if (!loaded) return std::unexpected(loaded.error());
        own_ = std::move(*loaded);
    }
    warn_of_idle();
    set_file_rules(std::move(file_rules));
    return {};
}

void RulesEditor::warn_of_idle() const {
    for (const auto& [name, stream] : own_.streams)
        if (const auto good = rules_.checked(stream); !good)
            log::error("a saved rule is idle", {{"stream", name}, {"reason", good.error().detail}});
    for (const auto& [id, rule] : own_.destinations)
        if (const auto good = check_caller(rule); !good)
            log::error("a saved rule is idle", {{"id", id}, {"reason", good.error().detail}});
}

std::unexpected<Error> RulesEditor::belongs_to_file(std::string_view what,
                                                    std::string_view name) const {
    return fail(Errc::conflict, fmt::format("{} {} belongs to the file {}: change it there", what,
                                            name, file_name_));
}

Result<void> RulesEditor::check_owner(const Stream& stream) const {
    if (!file_.streams.contains(stream.stream)) return {};
    return belongs_to_file("stream", stream.stream);
}

Result<void> RulesEditor::check_owner(const Destination& rule) const {
    if (rule.id == control_id)
        return fail(Errc::conflict, fmt::format("id: {} belongs to the settings", control_id));
    if (!file_.destinations.contains(rule.id)) return {};
    return belongs_to_file("destination", rule.id);
}

// What Rules checks, and what callers may ask for.
Result<Destination> RulesEditor::check_caller(Destination destination) const {
    if (!destination.token_file.empty()) {
        auto file = checked_token_file(destination.token_file, token_folder_);
        if (!file) return std::unexpected(file.error());
        destination.token_file = std::move(*file);
    }
    return rules_.checked(std::move(destination));
}

// Saves first: what an answer promised must be there after a crash.
Result<void> RulesEditor::replace_own(RuleSet changed) {
    if (saved_)
        if (auto done = saved_->save(changed); !done) return done;
    own_ = std::move(changed);
    return {};
}

Result<Stream> RulesEditor::set_stream(Stream stream) {
    auto good = rules_.checked(std::move(stream));
    if (!good) return good;
    if (auto mine = check_owner(*good); !mine) return std::unexpected(mine.error());
    RuleSet changed = own_;
    changed.streams[good->stream] = *good;
    if (auto done = replace_own(std::move(changed)); !done) return std::unexpected(done.error());
    return rules_.set_stream(std::move(*good));
}

Result<Destination> RulesEditor::set_destination(Destination destination) {
    auto good = check_caller(std::move(destination));
    if (!good) return good;
    if (auto mine = check_owner(*good); !mine) return std::unexpected(mine.error());
    RuleSet changed = own_;
    changed.destinations[good->id] = *good;
    if (auto done = replace_own(std::move(changed)); !done) return std::unexpected(done.error());
    return rules_.set_destination(std::move(*good));
}

Result<void> RulesEditor::remove_stream(std::string_view name) {
    name = without_slash(name);
    if (file_.streams.contains(name)) return belongs_to_file("stream", name);
    if (!own_.streams.contains(name)) return {};
    RuleSet changed = own_;
    changed.streams.erase(changed.streams.find(name));
    if (auto done = replace_own(std::move(changed)); !done) return done;
    rules_.remove_stream(name);
    return {};
}

Result<void> RulesEditor::remove_destination(std::string_view id) {
    id = without_slash(id);
    if (id == control_id)
        return fail(Errc::conflict, fmt::format("Cannot delete {}", control_id));  // spec §5
    if (file_.destinations.contains(id)) return belongs_to_file("destination", id);
    if (!own_.destinations.contains(id)) return {};
    RuleSet changed = own_;
    changed.destinations.erase(changed.destinations.find(id));
    if (auto done = replace_own(std::move(changed)); !done) return done;
    rules_.remove_destination(id);
    return {};
}

Result<void> RulesEditor::remove_all_streams() {
    if (auto done = replace_own({{}, own_.destinations}); !done) return done;
    enforce(wanted());
    return {};
}

Result<void> RulesEditor::remove_all_destinations() {
    if (auto done = replace_own({own_.streams, {}}); !done) return done;
    enforce(wanted());
    return {};
}

void RulesEditor::set_file_rules(RuleSet rules) {
    file_ = std::move(rules);
    warn_of_hidden("stream", own_.streams, file_.streams);
    warn_of_hidden("id", own_.destinations, file_.destinations);
    enforce(wanted());
}

// What is to be in force. A saved rule that today's settings do not permit stays saved, but idle.
RuleSet RulesEditor::wanted() const {
    RuleSet rules = file_;
    for (const auto& [name, stream] : own_.streams)
        if (const auto good = rules_.checked(stream)) rules.streams.try_emplace(name, *good);
    for (const auto& [id, rule] : own_.destinations)
        if (const auto good = check_caller(rule)) rules.destinations.try_emplace(id, *good);
    if (control_) rules.destinations.insert_or_assign(control_->id, *control_);
    return rules;
}

// Changes what differs and nothing else: an unchanged destination keeps its connection.
void RulesEditor::enforce(const RuleSet& rules) {
    const auto old_streams = rules_.streams();
    for (const auto& [name, stream] : old_streams)
        if (!rules.streams.contains(name)) rules_.remove_stream(name);
    const auto old_destinations = rules_.destinations();
    for (const auto& [id, rule] : old_destinations)
        if (!rules.destinations.contains(id)) rules_.remove_destination(id);
    for (const auto& [name, stream] : rules.streams)
        if (const Stream* old = rules_.find_stream(name); !old || *old != stream)
            (void)rules_.set_stream(stream);  // was checked
    for (const auto& [id, rule] : rules.destinations)
        if (const Destination* old = rules_.find_destination(id); !old || *old != rule)
            (void)rules_.set_destination(rule);  // was checked
}

}  // namespace relay::host
