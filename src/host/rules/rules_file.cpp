// SPDX-License-Identifier: Apache-2.0
#include "host/rules/rules_file.hpp"

#include "config/yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <set>
#include <utility>

namespace relay::host {
namespace {

using config::flag_into;
using config::number_into;
using config::text_into;
using config::texts_into;
using config::yaml_error;
using config::YamlField;
using config::YamlNode;
using config::YamlSetter;

constexpr std::size_t longest_file = 1024 * 1024;

std::unexpected<Error> invalid(std::string reason) {
    return fail(Errc::invalid, std::move(reason));
}

// A text is for the shell, a list is a program with its arguments.
YamlSetter command_into(CommandRule& command) {
    return [&command](const YamlNode& value) -> Result<void> {
        const bool is_text = value.kind == YamlNode::Kind::text;
        const auto read =
            is_text ? text_into(command.shell)(value) : texts_into(command.arguments)(value);
        const bool is_given = !command.shell.empty() ||
                              (!command.arguments.empty() && !command.arguments.front().empty());
        if (!read || !is_given)
            return invalid(
                "must be a text for the shell, or a list of a program and its arguments");
        return {};
    };
}

YamlSetter framing_into(BridgeRule::Framing& framing) {
    return [&framing](const YamlNode& value) -> Result<void> {
        if (value.text != "line" && value.text != "raw") return invalid("must be line or raw");
        framing = value.text == "line" ? BridgeRule::Framing::line : BridgeRule::Framing::raw;
        return {};
    };
}

YamlSetter secret_into(Secret& secret) {
    return [&secret](const YamlNode& value) -> Result<void> {
        std::string text;
        if (auto read = text_into(text)(value); !read) return read;
        secret = Secret(std::move(text));
        return {};
    };
}

class Reader {
public:
    Reader(std::string_view file_name, const Rules& checks)
        : file_name_(file_name), checks_(checks) {}

    Result<FileRules> read(const YamlNode& root);

private:
    using ReadItem = Result<void> (Reader::*)(const YamlNode&);

    Result<void> read_list(const YamlNode& list, ReadItem read_item);
    Result<void> read_stream(const YamlNode& node);
    Result<void> read_destination(const YamlNode& node);
    Result<void> read_camera(const YamlNode& node);
    Result<void> read_bridge(const YamlNode& node);

    Result<void> read_map(const YamlNode& node, std::string_view what,
                          std::initializer_list<YamlField> fields) {
        return config::read_yaml_map(node, file_name_, what, {fields.begin(), fields.size()});
    }
    std::unexpected<Error> refuse(const YamlNode& node, std::string_view reason) const;
    // Strips the slash; the feed of commands is no feed of a camera.
    Result<void> check_feed(std::string& feed) const;

    std::string_view file_name_;
    const Rules& checks_;
    FileRules found_;
};

// At the line of the member that the reason begins with, as in `token: ...`, where there is one.
std::unexpected<Error> Reader::refuse(const YamlNode& node, std::string_view reason) const {
    const auto member = std::ranges::find(node.members, reason.substr(0, reason.find(':')),
                                          &config::YamlMember::name);
    return yaml_error(file_name_, member == node.members.end() ? node.line : member->line, reason);
}

Result<FileRules> Reader::read(const YamlNode& root) {
    if (root.kind == YamlNode::Kind::empty) return FileRules{};
    YamlNode streams, destinations, cameras, bridges;
    const auto node_into = [](YamlNode& target) -> YamlSetter {
        return [&target](const YamlNode& value) -> Result<void> {
            const bool is_list = value.kind == YamlNode::Kind::list;
            if (!is_list && value.kind != YamlNode::Kind::empty)
                return invalid("must be a list: each item begins with `- `");
            target = value;
            return {};
        };
    };
    auto read = read_map(root, "rules",
                         {{"streams", node_into(streams)},
                          {"destinations", node_into(destinations)},
                          {"cameras", node_into(cameras)},
                          {"bridges", node_into(bridges)}});
    if (read) read = read_list(streams, &Reader::read_stream);
    if (read) read = read_list(destinations, &Reader::read_destination);
    if (read) read = read_list(cameras, &Reader::read_camera);
    if (read) read = read_list(bridges, &Reader::read_bridge);
    if (!read) return std::unexpected(read.error());
    return std::move(found_);
}

Result<void> Reader::read_list(const YamlNode& list, ReadItem read_item) {
    for (const YamlNode& item : list.items)
        if (auto read = (this->*read_item)(item); !read) return read;
    return {};
}

Result<void> Reader::read_stream(const YamlNode& node) {
    Stream stream;
    const auto read = read_map(
        node, "stream",
        {{"stream", text_into(stream.stream), true}, {"feeds", texts_into(stream.feeds), true}});
    if (!read) return read;
    auto good = checks_.checked(std::move(stream));
    if (!good) return refuse(node, good.error().detail);
    if (found_.rules.streams.contains(good->stream))
        return refuse(node, "stream: there is one of that name above");
    found_.rules.streams[good->stream] = std::move(*good);
    return {};
}

Result<void> Reader::read_destination(const YamlNode& node) {
    Destination rule;
    const auto read = read_map(node, "destination",
                               {{"id", text_into(rule.id), true},
                                {"stream", text_into(rule.stream), true},
                                {"destination", text_into(rule.destination), true},
                                {"token", secret_into(rule.token)},
                                {"token_file", text_into(rule.token_file)},
                                {"file", text_into(rule.file)}});
    if (!read) return read;
    auto good = checks_.checked(std::move(rule));
    if (!good) return refuse(node, good.error().detail);
    if (good->id == control_id) return refuse(node, "id: that one belongs to the settings");
    if (found_.rules.destinations.contains(good->id))
        return refuse(node, "id: there is one of that name above");
    found_.rules.destinations[good->id] = std::move(*good);
    return {};
}

Result<void> Reader::check_feed(std::string& feed) const {
    auto name = parse_name(feed, "feed");
    if (!name) return std::unexpected(name.error());
    feed = std::move(*name);
    return {};
}

Result<void> Reader::read_camera(const YamlNode& node) {
    CameraRule camera;
    const auto read = read_map(node, "camera",
                               {{"feed", text_into(camera.feed), true},
                                {"command", command_into(camera.command), true},
                                {"on_demand", flag_into(camera.on_demand)}});
    if (!read) return read;
    if (auto good = check_feed(camera.feed); !good) return refuse(node, good.error().detail);
    if (auto good = check_rule(camera); !good) return refuse(node, good.error().detail);
    if (camera.feed == control_feed) return refuse(node, "feed: api is the feed of commands");
    if (std::ranges::count(found_.cameras, camera.feed, &CameraRule::feed) > 0)
        return refuse(node, "feed: there is a camera for it above");
    found_.cameras.push_back(std::move(camera));
    return {};
}

Result<void> Reader::read_bridge(const YamlNode& node) {
    BridgeRule bridge;
    constexpr std::uint32_t slowest = 50, fastest = 4'000'000;  // of termios(3)
    const auto read = read_map(node, "bridge",
                               {{"feed", text_into(bridge.feed), true},
                                {"serial", text_into(bridge.serial)},
                                {"baud", number_into(bridge.baud, slowest, fastest)},
                                {"tcp", text_into(bridge.tcp)},
                                {"command", command_into(bridge.command)},
                                {"framing", framing_into(bridge.framing)}});
    if (!read) return read;
    if (auto good = check_feed(bridge.feed); !good) return refuse(node, good.error().detail);
    if (auto good = check_rule(bridge); !good) return refuse(node, good.error().detail);
    if (std::ranges::count(found_.bridges, bridge) > 0)
        return refuse(node, "bridge: there is the same one above");
    found_.bridges.push_back(std::move(bridge));
    return {};
}

}  // namespace

Result<FileRules> parse_rules_file(std::string_view content, std::string_view file_name,
                                   const Rules& checks) {
    const auto root = config::parse_yaml(content, file_name);
    if (!root) return std::unexpected(root.error());
    return Reader(file_name, checks).read(*root);
}

Result<std::string> read_rules_file(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::string text(longest_file + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    // libstdc++ reports a directory and an I/O error by bad(), a missing file by a closed stream.
    if (!stream.is_open() || stream.bad())
        return invalid(fmt::format("{}: cannot be read", path.string()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > longest_file)
        return invalid(fmt::format("{}: larger than 1 MiB", path.string()));
    return text;
}

}  // namespace relay::host
