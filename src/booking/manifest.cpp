// SPDX-License-Identifier: Apache-2.0
#include "booking/manifest.hpp"

#include "base/spelling.hpp"
#include "booking/manifest_draft_detail.hpp"
#include "config/yaml.hpp"
#include "wire/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <tuple>
#include <utility>

namespace relay::booking {
namespace {

using Problems = std::vector<ManifestProblem>;

// Looking for similar names takes its time: not for each of thousands of mistakes.
constexpr std::size_t most_suggestions = 50;

// Finds entries of a section by name.
template <class Value>
class Index {
public:
    Index(std::string_view kind, const Section<Value>& section, Problems& problems)
        : kind_(kind), section_(section), problems_(problems) {
        for (const Entry<Value>& entry : section) entries_[entry.name] = &entry;
    }

    // Null when there is none; `place` says where the reference is.
    const Entry<Value>* find(const Reference& reference, std::string_view place) const {
        if (const auto found = entries_.find(reference.name); found != entries_.end())
            return found->second;
        problems_.push_back({reference.line, fmt::format("{}: there is no {} {}{}", place, kind_,
                                                         reference.name, hint(reference.name))});
        return nullptr;
    }

private:
    std::string hint(std::string_view name) const {
        if (problems_.size() >= most_suggestions) return "";
        std::vector<std::string> names;
        for (const Entry<Value>& entry : section_) names.push_back(entry.name);
        const auto nearest = nearest_name(name, names);
        return nearest ? fmt::format("; did you mean {}?", *nearest) : "";
    }

    std::string_view kind_;
    const Section<Value>& section_;
    Problems& problems_;
    std::map<std::string_view, const Entry<Value>*> entries_;
};

// Follows the references of a draft.
class Resolver {
public:
    Resolver(const ManifestDraft& draft, Problems& problems) : draft_(draft), problems_(problems) {}

    Manifest resolve() {
        resolve_interface_sets();
        resolve_pools();
        resolve_activities();
        resolve_groups();
        return {std::move(catalogue_)};
    }

private:
    void resolve_interface_sets();
    void resolve_pools();
    void resolve_activities();
    Activity resolved(const Entry<ActivityDraft>& entry);
    void check_streams(const Entry<ActivityDraft>& entry, const Entry<UserInterface>& interface);
    void resolve_groups();

    const ManifestDraft& draft_;
    Problems& problems_;
    Index<PoolDraft> pools_{"pool", draft_.pools, problems_};
    Index<ActivityDraft> activities_{"activity", draft_.activities, problems_};
    Index<UserInterface> interfaces_{"ui", draft_.interfaces, problems_};
    Index<std::vector<Reference>> sets_{"UISet", draft_.interface_sets, problems_};
    Index<Description> descriptions_{"description", draft_.descriptions, problems_};

    std::map<std::string_view, std::vector<const Entry<UserInterface>*>> interfaces_of_;  // a set
    std::map<std::string_view, std::vector<std::string>> pools_of_;  // an activity
    Catalogue catalogue_;
};

void Resolver::resolve_interface_sets() {
    for (const auto& set : draft_.interface_sets)
        for (const Reference& reference : set.value)
            if (const auto* found = interfaces_.find(reference, "UISet " + set.name))
                interfaces_of_[set.name].push_back(found);
}

void Resolver::resolve_pools() {
    for (const auto& [name, line, draft] : draft_.pools) {
        catalogue_.pools.push_back({"", name, draft.pool});
        for (const Reference& reference : draft.activities)
            if (activities_.find(reference, fmt::format("pool {}: activities", name)))
                pools_of_[reference.name].push_back(name);
    }
}

void Resolver::resolve_activities() {
    for (const auto& entry : draft_.activities) {
        Activity activity = resolved(entry);
        if (const auto pools = pools_of_.find(entry.name); pools != pools_of_.end())
            catalogue_.offers.push_back(
                {"", entry.name, std::move(activity), std::move(pools->second), 0});
    }
}

Activity Resolver::resolved(const Entry<ActivityDraft>& entry) {
    const ActivityDraft& draft = entry.value;
    const std::string place = fmt::format("activity {}: ", entry.name);
    Activity activity = draft.activity;
    if (draft.description)
        if (const auto* found = descriptions_.find(*draft.description, place + "description"))
            activity.description = found->value;
    if (!draft.interface_set || !sets_.find(*draft.interface_set, place + "UISet")) return activity;
    for (const auto* interface : interfaces_of_[draft.interface_set->name]) {
        check_streams(entry, *interface);
        activity.interfaces.push_back(interface->value);
    }
    return activity;
}

void Resolver::check_streams(const Entry<ActivityDraft>& entry,
                             const Entry<UserInterface>& interface) {
    const ActivityDraft& draft = entry.value;
    for (const std::string& role : interface.value.streams_required)
        if (std::ranges::count(draft.activity.streams, role, &Stream::role) == 0)
            problems_.push_back(
                {draft.interface_set->line,
                 fmt::format("activity {}: UISet: ui {} requires a stream for {}, which the "
                             "activity must have",
                             entry.name, interface.name, role)});
}

void Resolver::resolve_groups() {
    for (const auto& [name, line, draft] : draft_.groups) {
        ListedGroup listed{.id = "", .key = name, .group = {}, .pools = {}};
        listed.group.description.name = name;
        listed.group.description.type = "group";
        listed.group.max_sessions = draft.max_sessions;
        for (const Reference& reference : draft.pools)
            if (pools_.find(reference, fmt::format("group {}: pools", name)))
                listed.pools.push_back(reference.name);
        catalogue_.groups.push_back(std::move(listed));
    }
}

bool is_text(std::string_view bytes) {
    return wire::is_utf8({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

// Of the first line that is not UTF-8. No character is longer than a line.
unsigned line_of_bad_byte(std::string_view text) {
    unsigned line = 1;
    for (std::size_t end = text.find('\n'); end != text.npos && is_text(text.substr(0, end));
         end = text.find('\n')) {
        text.remove_prefix(end + 1);
        ++line;
    }
    return line;
}

}  // namespace

std::expected<Manifest, std::vector<ManifestProblem>> parse_manifest(std::string_view yaml,
                                                                     BookingTime now) {
    if (!is_text(yaml))
        return std::unexpected(Problems{{line_of_bad_byte(yaml), "manifest: must be UTF-8"}});
    const auto root = config::parse_yaml(yaml);
    if (!root) return std::unexpected(Problems{{root.error().line, root.error().reason}});
    if (root->kind == config::YamlNode::Kind::empty)
        return std::unexpected(
            Problems{{1, "manifest: is empty; one that offers nothing says so: `pools: {}`"}});
    Problems problems;
    const ManifestDraft draft = read_manifest_draft(*root, now, problems);
    Manifest manifest = Resolver(draft, problems).resolve();
    if (problems.empty()) return manifest;
    std::ranges::sort(problems, {}, [](const ManifestProblem& problem) {
        return std::tuple(problem.line, std::string_view(problem.text));
    });
    return std::unexpected(std::move(problems));
}

}  // namespace relay::booking
