// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// YAML files that people write by hand: each part knows its line, so that a mistake is shown where
// it was made.
namespace relay::config {

struct YamlMember;

// A part of a document.
struct YamlNode {
    enum class Kind { empty, text, list, map };

    Kind kind = Kind::empty;
    unsigned line = 1;
    std::string text;                 // of a text; numbers and booleans are texts as well
    std::vector<YamlNode> items;      // of a list
    std::vector<YamlMember> members;  // of a map, in the order of the file; names differ
};

struct YamlMember {
    std::string name;
    unsigned line = 1;
    YamlNode value;
};

// A mistake, and where it is.
struct YamlProblem {
    unsigned line = 1;
    std::string reason;
};

// Reads one document; an empty one is of Kind::empty. A problem is what is not YAML, a name given
// twice, and what rules have no use for: aliases, keys that are not texts, several documents,
// nesting beyond 16 levels. Reading ends at the first one.
std::expected<YamlNode, YamlProblem> parse_yaml(std::string_view content);

// The same, with the problem as Errc::invalid `FILE:LINE: reason`.
Result<YamlNode> parse_yaml(std::string_view content, std::string_view file_name);

// `FILE:LINE: reason`, as all mistakes in a file are told.
std::unexpected<Error> yaml_error(std::string_view file_name, unsigned line,
                                  std::string_view reason);

// Takes over a member's value. The error is what was expected, without a place.
using YamlSetter = std::function<Result<void>(const YamlNode&)>;

// They refer to their targets.
YamlSetter text_into(std::string& target);
YamlSetter texts_into(std::vector<std::string>& target);
YamlSetter flag_into(bool& target);
YamlSetter number_into(std::uint32_t& target, std::uint32_t least, std::uint32_t most);

struct YamlField {
    std::string name;
    YamlSetter set;
    bool required = false;
};

// Hands each member of a map to its field. Errors say where: another kind of part (`what` names
// it), unknown members with the nearest known name, missing ones, and what setters refuse.
Result<void> read_yaml_map(const YamlNode& map, std::string_view file_name, std::string_view what,
                           std::span<const YamlField> fields);

}  // namespace relay::config
