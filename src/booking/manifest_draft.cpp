// SPDX-License-Identifier: Apache-2.0
#include "base/duration.hpp"
#include "base/spelling.hpp"
#include "booking/manifest_draft_detail.hpp"
#include "booking/manifest_fields_detail.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace relay::booking {
namespace {

using config::YamlField;
using config::YamlMember;
using config::YamlNode;
using config::YamlSetter;

class Reader {
public:
    Reader(BookingTime now, std::vector<ManifestProblem>& problems)
        : now_(now), problems_(problems) {}

    ManifestDraft read(const YamlNode& root);

private:
    // A map that is being read. `place` is where it is, for people: `pool laser-bench`.
    struct Map {
        std::string place;
        unsigned line;
        const YamlNode& node;
    };
    template <class Value>
    using ReadEntry = void (Reader::*)(const Map&, Value&);

    void read_map(const Map& map, std::initializer_list<YamlField> fields);
    void refuse_unknown(const Map& map, const YamlMember& member,
                        std::initializer_list<YamlField> fields);
    // Hands the node to a function that tells of problems by itself.
    YamlSetter map_into(std::string place, std::function<void(const Map&)> read);
    template <class Value>
    YamlSetter section_into(Section<Value>& section, std::string_view kind, ReadEntry<Value> read);

    void read_group(const Map& map, GroupDraft& group);
    void read_pool(const Map& map, PoolDraft& pool);
    void read_activity(const Map& map, ActivityDraft& activity);
    void read_streams(const YamlNode& node, const Map& activity, std::vector<Stream>& streams);
    void read_stream(const Map& map, Stream& stream);
    void read_interface(const Map& map, UserInterface& interface);
    void read_interface_set(const Map& map, std::vector<Reference>& interfaces);
    void read_description(const Map& map, Description& description);

    YamlSetter description_into(const Map& map, Description& description) {
        return map_into(map.place + ": description", [this, &description](const Map& inner) {
            read_description(inner, description);
        });
    }

    void report(unsigned line, std::string_view place, std::string_view reason) {
        problems_.push_back({line, fmt::format("{}: {}", place, reason)});
    }

    BookingTime now_;
    std::vector<ManifestProblem>& problems_;
};

ManifestDraft Reader::read(const YamlNode& root) {
    ManifestDraft draft;
    read_map({"manifest", root.line, root},
             {{"groups", section_into(draft.groups, "group", &Reader::read_group)},
              {"pools", section_into(draft.pools, "pool", &Reader::read_pool)},
              {"activities", section_into(draft.activities, "activity", &Reader::read_activity)},
              {"uis", section_into(draft.interfaces, "ui", &Reader::read_interface)},
              {"UISets", section_into(draft.interface_sets, "UISet", &Reader::read_interface_set)},
              {"descriptions",
               section_into(draft.descriptions, "description", &Reader::read_description)}});
    return draft;
}

void Reader::read_map(const Map& map, std::initializer_list<YamlField> fields) {
    if (map.node.kind != YamlNode::Kind::map)
        return report(map.line, map.place, "must be a map, as in `name: value`");
    for (const YamlMember& member : map.node.members) {
        const auto field = std::ranges::find(fields, member.name, &YamlField::name);
        if (field == fields.end())
            refuse_unknown(map, member, fields);
        else if (const auto set = field->set(member.value); !set)
            report(member.line, map.place, fmt::format("{}: {}", member.name, set.error().detail));
    }
    for (const YamlField& field : fields)
        if (field.required && !std::ranges::count(map.node.members, field.name, &YamlMember::name))
            report(map.line, map.place, fmt::format("{} is missing", field.name));
}

void Reader::refuse_unknown(const Map& map, const YamlMember& member,
                            std::initializer_list<YamlField> fields) {
    std::vector<std::string> names;
    for (const YamlField& field : fields) names.push_back(field.name);
    const auto nearest = nearest_name(member.name, names);
    report(member.line, map.place,
           nearest ? fmt::format("unknown name {}; did you mean {}?", member.name, *nearest)
                   : fmt::format("unknown name {}", member.name));
}

YamlSetter Reader::map_into(std::string place, std::function<void(const Map&)> read) {
    return [place = std::move(place), read = std::move(read)](const YamlNode& node) {
        read({place, node.line, node});
        return Result<void>{};
    };
}

template <class Value>
YamlSetter Reader::section_into(Section<Value>& section, std::string_view kind,
                                ReadEntry<Value> read) {
    return [this, &section, kind, read](const YamlNode& node) -> Result<void> {
        if (node.kind == YamlNode::Kind::empty) return {};
        if (node.kind != YamlNode::Kind::map)
            return fail(Errc::invalid, "must be a map of entries, each with its name");
        for (const YamlMember& member : node.members) {
            auto& entry = section.emplace_back(member.name, member.line);
            const Map map{fmt::format("{} {}", kind, member.name), member.line, member.value};
            if (member.name.empty()) report(member.line, map.place, "must have a name");
            (this->*read)(map, entry.value);
        }
        return {};
    };
}

void Reader::read_group(const Map& map, GroupDraft& group) {
    read_map(map, {{"pools", references_into(group.pools), true},
                   {"max_sessions", session_count_into(group.max_sessions)}});
}

void Reader::read_pool(const Map& map, PoolDraft& draft) {
    Pool& pool = draft.pool;
    read_map(map, {{"description", description_into(map, pool.description), true},
                   {"minsession", session_length_into(pool.least)},
                   {"maxsession", session_length_into(pool.most)},
                   {"activities", references_into(draft.activities), true}});
    const bool is_most_known = pool.most > std::chrono::seconds(0);
    if (is_most_known && pool.least > pool.most)
        report(map.line, map.place,
               fmt::format("minsession: must not be more than maxsession; {} is more than {}",
                           format_duration(pool.least), format_duration(pool.most)));
}

void Reader::read_activity(const Map& map, ActivityDraft& draft) {
    Activity& activity = draft.activity;
    const auto read_config = [&](const Map& config) {
        read_map(config, {{"url", optional_text_into(activity.config_url), true}});
    };
    const auto streams_into = [&](const YamlNode& node) -> Result<void> {
        if (node.kind == YamlNode::Kind::empty) return {};
        if (node.kind != YamlNode::Kind::map)
            return fail(Errc::invalid, "must be a map of streams, each with its name");
        read_streams(node, map, activity.streams);
        return {};
    };
    read_map(map, {{"config", map_into(map.place + ": config", read_config)},
                   {"description", reference_into(draft.description), true},
                   {"UISet", reference_into(draft.interface_set)},
                   {"exp", expiry_into(activity.expires, now_), true},
                   {"streams", streams_into}});
}

void Reader::read_streams(const YamlNode& node, const Map& activity, std::vector<Stream>& streams) {
    for (const YamlMember& member : node.members) {
        const Map map{fmt::format("{}: stream {}", activity.place, member.name), member.line,
                      member.value};
        Stream stream;
        read_stream(map, stream);
        if (!stream.role.empty() && std::ranges::count(streams, stream.role, &Stream::role) > 0)
            report(member.line, map.place,
                   fmt::format("for: must differ between streams; there is one for {} above",
                               stream.role));
        streams.push_back(std::move(stream));
    }
}

void Reader::read_stream(const Map& map, Stream& stream) {
    read_map(map, {{"for", name_into(stream.role), true},
                   {"url", web_address_into(stream.url), true},
                   {"audience", web_address_into(stream.topic.audience), true},
                   {"ct", connection_type_into(stream.connection_type), true},
                   {"topic", name_into(stream.topic.name), true},
                   {"verb", optional_text_into(stream.verb)},
                   {"scopes", scopes_into(stream.scopes), true}});
}

void Reader::read_interface(const Map& map, UserInterface& interface) {
    read_map(map, {{"description", description_into(map, interface.description), true},
                   {"url", name_into(interface.url), true},
                   {"streamsrequired", names_into(interface.streams_required)}});
}

void Reader::read_interface_set(const Map& map, std::vector<Reference>& interfaces) {
    if (const auto read = references_into(interfaces)(map.node); !read)
        report(map.line, map.place, read.error().detail);
}

void Reader::read_description(const Map& map, Description& description) {
    read_map(map, {{"name", name_into(description.name), true},
                   {"type", config::text_into(description.type), true},
                   {"short", optional_text_into(description.short_text)},
                   {"long", optional_text_into(description.long_text)},
                   {"further", optional_text_into(description.further)},
                   {"thumb", optional_text_into(description.thumb)},
                   {"image", optional_text_into(description.image)}});
}

}  // namespace

ManifestDraft read_manifest_draft(const YamlNode& root, BookingTime now,
                                  std::vector<ManifestProblem>& problems) {
    return Reader(now, problems).read(root);
}

}  // namespace relay::booking
