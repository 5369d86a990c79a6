// SPDX-License-Identifier: Apache-2.0
#include "load/scenario.hpp"

#include "base/duration.hpp"
#include "net/url.hpp"

#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

namespace relay::load {
namespace {

using std::chrono::milliseconds;

std::optional<Role> role_named(std::string_view name) {
    if (name == "pub") return Role::publisher;
    if (name == "sub") return Role::reader;
    if (name == "idle") return Role::idle;
    return std::nullopt;
}

Result<void> apply_stall(Group& group, std::string_view text) {
    const auto stall = parse_stall(text);
    if (!stall) return std::unexpected(stall.error());
    group.stall = *stall;
    if (group.reader_class == "normal") group.reader_class = "slow";
    return {};
}

Result<void> apply_header(Group& group, std::string_view text) {
    const auto colon = text.find(':');
    if (colon == 0 || colon == text.npos) return fail(Errc::invalid, "header is not NAME:VALUE");
    group.headers.push_back(std::string(text.substr(0, colon)) + ": " +
                            std::string(text.substr(colon + 1)));
    return {};
}

Result<void> apply_receive_buffer(Group& group, std::string_view text) {
    const auto bytes = parse_count(text);
    if (!bytes) return std::unexpected(bytes.error());
    group.receive_buffer = static_cast<int>(*bytes);
    return {};
}

Result<void> apply_word(Group& group, std::string_view word) {
    const auto equals = word.find('=');
    if (equals == word.npos) {
        const auto count = parse_count(word);
        if (!count) return std::unexpected(count.error());
        group.count = *count;
        return {};
    }
    const auto key = word.substr(0, equals);
    const auto value = word.substr(equals + 1);
    if (key == "stall") return apply_stall(group, value);
    if (key == "header") return apply_header(group, value);
    if (key == "rcvbuf") return apply_receive_buffer(group, value);
    if (key == "topic")
        group.topic = value;
    else if (key == "class")
        group.reader_class = value;
    else
        return fail(Errc::invalid, "unknown key " + std::string(key));
    return {};
}

// The path without the query, which may hold a code.
Result<std::string> topic_of(const std::string& text) {
    const auto url = net::parse_url(text);
    if (!url) return std::unexpected(url.error());
    if (url->is_secure()) return fail(Errc::invalid, "https and wss are not supported");
    return url->target.substr(0, url->target.find('?'));
}

Result<Group> parse_line(std::istream& words) {
    Group group;
    std::string role_name;
    words >> role_name;
    const auto role = role_named(role_name);
    if (!role) return fail(Errc::invalid, "begins with " + role_name + ", not pub, sub or idle");
    group.role = *role;
    if (!(words >> group.url)) return fail(Errc::invalid, "has no URL");
    for (std::string word; words >> word;)
        if (auto applied = apply_word(group, word); !applied)
            return std::unexpected(applied.error());
    const auto topic = topic_of(group.url);
    if (!topic) return std::unexpected(topic.error());
    if (group.topic.empty()) group.topic = *topic;
    return group;
}

void replace_all(std::string& text, std::string_view what, const std::string& by) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

Result<std::string> url_of(const Pattern& pattern, std::size_t number) {
    if (pattern.access.empty() == pattern.url.empty())
        return fail(Errc::invalid, "one of --url, --access or --list is needed");
    if (!pattern.access.empty()) {
        std::string base = pattern.access;
        while (base.ends_with('/')) base.pop_back();
        return base + "/session/" + pattern.topic +
               (pattern.topics > 1 ? "-" + std::to_string(number) : "");
    }
    if (pattern.topics > 1 && !pattern.url.contains("{topic}"))
        return fail(Errc::invalid, "--url needs {topic} in it when there are several topics");
    std::string url = pattern.url;
    replace_all(url, "{topic}", std::to_string(number));
    return url;
}

}  // namespace

Result<std::size_t> parse_count(std::string_view text, std::size_t largest) {
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || count > largest)
        return fail(Errc::invalid, "`" + std::string(text) + "` is not a number in range");
    return count;
}

Result<Stall> parse_stall(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == text.npos) return fail(Errc::invalid, "stall is not START:DURATION");
    const auto start = parse_duration(text.substr(0, colon), milliseconds(1));
    const auto duration = parse_duration(text.substr(colon + 1), milliseconds(1));
    if (!start) return std::unexpected(start.error());
    if (!duration) return std::unexpected(duration.error());
    return Stall{std::chrono::duration_cast<milliseconds>(*start),
                 std::chrono::duration_cast<milliseconds>(*duration)};
}

Result<std::vector<Group>> parse_scenario(std::string_view text) {
    std::vector<Group> groups;
    std::istringstream lines{std::string(text)};
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        std::istringstream words(line.substr(0, line.find('#')));
        if ((words >> std::ws).eof()) continue;
        auto group = parse_line(words);
        if (!group)
            return fail(group.error().code,
                        "line " + std::to_string(number) + ": " + group.error().detail);
        groups.push_back(*std::move(group));
    }
    if (groups.empty()) return fail(Errc::invalid, "the scenario names no connections");
    return groups;
}

Result<std::vector<Group>> read_scenario(const std::filesystem::path& path) {
    std::ifstream file(path);
    if (!file) return fail(Errc::not_found, "cannot read " + path.string());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto groups = parse_scenario(text);
    if (!groups) return fail(groups.error().code, path.string() + ", " + groups.error().detail);
    return groups;
}

Result<std::vector<Group>> expand(const Pattern& pattern) {
    std::vector<Group> groups;
    for (std::size_t number = 0; number < pattern.topics; ++number) {
        const auto url = url_of(pattern, number);
        if (!url) return std::unexpected(url.error());
        const auto topic = topic_of(*url);
        if (!topic) return fail(topic.error().code, "--url or --access: " + topic.error().detail);
        const auto add = [&](Role role, std::size_t count) -> Group& {
            return groups.emplace_back(
                Group{.role = role, .url = *url, .count = count, .topic = *topic});
        };
        if (pattern.readers) add(Role::reader, pattern.readers);
        if (pattern.stalled_readers) {
            Group& slow = add(Role::reader, pattern.stalled_readers);
            slow.stall = pattern.stall;
            slow.reader_class = "slow";
        }
        if (pattern.idle) add(Role::idle, pattern.idle);
        if (pattern.publishers) add(Role::publisher, pattern.publishers);
    }
    if (groups.empty()) return fail(Errc::invalid, "the scenario names no connections");
    return groups;
}

}  // namespace relay::load
