// SPDX-License-Identifier: Apache-2.0
#include "config/yaml.hpp"

#include "base/spelling.hpp"
#include "config/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <utility>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace relay::config {
namespace {

constexpr std::size_t deepest = 16;

// Makes the tree out of the parser's events. What it refuses it throws as the parser throws its own
// errors: parse_yaml catches both.
class TreeBuilder final : public YAML::EventHandler {
public:
    YamlNode take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (std::exchange(begun_, true)) refuse(mark, "there may be one document only");
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        add(mark, node(YamlNode::Kind::empty, mark));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        refuse(mark, "aliases are not supported; write it out");
    }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  const std::string& value) override {
        if (value.contains('\0')) refuse(mark, "a text may not hold a zero byte");
        YamlNode text = node(YamlNode::Kind::text, mark);
        text.text = value;
        add(mark, std::move(text));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        open(mark, YamlNode::Kind::list);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        open(mark, YamlNode::Kind::map);
    }
    void OnMapEnd() override { close(); }

private:
    struct Open {
        YAML::Mark mark;
        YamlNode node;
        std::optional<YamlMember> next;                           // of a map: its value is to come
        std::map<std::string, unsigned, std::less<>> lines = {};  // of a map: of its names
    };

    [[noreturn]] static void refuse(const YAML::Mark& mark, const std::string& reason) {
        throw YAML::ParserException(mark, reason);
    }

    static YamlNode node(YamlNode::Kind kind, const YAML::Mark& mark) {
        YamlNode made;
        made.kind = kind;
        made.line = static_cast<unsigned>(mark.line) + 1;
        return made;
    }

    void open(const YAML::Mark& mark, YamlNode::Kind kind) {
        if (open_.size() == deepest) refuse(mark, "nested too deeply");
        open_.push_back({mark, node(kind, mark), std::nullopt});
    }

    void close() {
        Open closed = std::move(open_.back());
        open_.pop_back();
        add(closed.mark, std::move(closed.node));
    }

    void add(const YAML::Mark& mark, YamlNode part) {
        if (open_.empty()) {
            root_ = std::move(part);
        } else if (open_.back().node.kind == YamlNode::Kind::list) {
            open_.back().node.items.push_back(std::move(part));
        } else {
            add_to_map(mark, open_.back(), std::move(part));
        }
    }

    static void add_to_map(const YAML::Mark& mark, Open& map, YamlNode part) {
        if (map.next) {
            map.next->value = std::move(part);
            map.node.members.push_back(std::move(*map.next));
            map.next.reset();
            return;
        }
        if (part.kind != YamlNode::Kind::text) refuse(mark, "a key must be a text");
        const auto [same, is_new] = map.lines.emplace(part.text, part.line);
        if (!is_new)
            refuse(mark,
                   fmt::format("{} is given twice, in line {} as well", part.text, same->second));
        map.next = YamlMember{std::move(part.text), part.line, {}};
    }

    YamlNode root_;
    std::vector<Open> open_;  // maps and lists that are being read, the innermost last
    bool begun_ = false;
};

std::unexpected<Error> unknown_member(std::string_view file, const YamlMember& member,
                                      std::span<const YamlField> fields) {
    std::vector<std::string> names;
    for (const YamlField& field : fields) names.push_back(field.name);
    const auto nearest = nearest_name(member.name, names);
    const std::string hint = nearest ? fmt::format("; did you mean {}?", *nearest) : "";
    return yaml_error(file, member.line, fmt::format("unknown name {}{}", member.name, hint));
}

Result<void> expected(std::string_view what) {
    return fail(Errc::invalid, fmt::format("must be {}", what));
}

}  // namespace

std::unexpected<Error> yaml_error(std::string_view file_name, unsigned line,
                                  std::string_view reason) {
    return fail(Errc::invalid, fmt::format("{}:{}: {}", file_name, line, reason));
}

// The only place that sees the library's exceptions.
std::expected<YamlNode, YamlProblem> parse_yaml(std::string_view content) {
    try {
        // The library takes a quoted text that never ends for good when the file ends at the start
        // of a line. A comment at the end makes no other difference.
        std::istringstream stream{
            fmt::format("{}{}#", content, content.ends_with('\n') ? "" : "\n")};
        YAML::Parser parser(stream);
        TreeBuilder builder;
        while (parser.HandleNextDocument(builder)) {
        }
        return builder.take();
    } catch (const YAML::Exception& error) {
        const auto line = error.mark.is_null() ? 1U : static_cast<unsigned>(error.mark.line) + 1;
        return std::unexpected(YamlProblem{line, error.msg});
    }
}

Result<YamlNode> parse_yaml(std::string_view content, std::string_view file_name) {
    auto node = parse_yaml(content);
    if (!node) return yaml_error(file_name, node.error().line, node.error().reason);
    return std::move(*node);
}

YamlSetter text_into(std::string& target) {
    return [&target](const YamlNode& value) -> Result<void> {
        if (value.kind != YamlNode::Kind::text) return expected("a text");
        target = value.text;
        return {};
    };
}

YamlSetter texts_into(std::vector<std::string>& target) {
    return [&target](const YamlNode& value) -> Result<void> {
        const bool all_texts = std::ranges::all_of(
            value.items, [](const YamlNode& item) { return item.kind == YamlNode::Kind::text; });
        if (value.kind != YamlNode::Kind::list || !all_texts) return expected("a list of texts");
        for (const YamlNode& item : value.items) target.push_back(item.text);
        return {};
    };
}

YamlSetter flag_into(bool& target) {
    return [&target](const YamlNode& value) -> Result<void> {
        const bool is_true = value.text == "true";
        if (!is_true && value.text != "false") return expected("true or false");
        target = is_true;
        return {};
    };
}

YamlSetter number_into(std::uint32_t& target, std::uint32_t least, std::uint32_t most) {
    return [&target, least, most](const YamlNode& value) -> Result<void> {
        const auto number = parse_integer(value.text, least, most);
        if (!number) return expected(fmt::format("a number from {} to {}", least, most));
        target = static_cast<std::uint32_t>(*number);
        return {};
    };
}

Result<void> read_yaml_map(const YamlNode& map, std::string_view file_name, std::string_view what,
                           std::span<const YamlField> fields) {
    if (map.kind != YamlNode::Kind::map)
        return yaml_error(file_name, map.line,
                          fmt::format("{}: must be a map, as in `name: value`", what));
    for (const YamlMember& member : map.members) {
        const auto field = std::ranges::find(fields, member.name, &YamlField::name);
        if (field == fields.end()) return unknown_member(file_name, member, fields);
        if (const auto set = field->set(member.value); !set)
            return yaml_error(file_name, member.line,
                              fmt::format("{}: {}", member.name, set.error().detail));
    }
    for (const YamlField& field : fields)
        if (field.required && std::ranges::count(map.members, field.name, &YamlMember::name) == 0)
            return yaml_error(file_name, map.line,
                              fmt::format("{}: {} is missing", what, field.name));
    return {};
}

}  // namespace relay::config
