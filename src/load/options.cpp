// SPDX-License-Identifier: Apache-2.0
#include "load/options.hpp"

#include "base/duration.hpp"
#include "base/spelling.hpp"
#include "load/payload.hpp"
#include "load/scenario.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace relay::load {
namespace {

using std::chrono::milliseconds;
using Text = const std::string&;

// What the options fill; `pattern` and `list` are alternatives that become Config::groups.
struct Draft {
    Config config;
    Pattern pattern;
    std::string list;
};

struct Option {
    std::string_view name;
    std::string_view value;  // what stands for its value in the usage; empty: takes none
    std::string_view meaning;
    Result<void> (*apply)(Draft&, Text);
};

template <class Value>
Result<void> set(Value& target, Value value) {
    target = std::move(value);
    return {};
}

template <class Number>
Result<void> set_count(Number& target, Text text, std::size_t largest = 1'000'000'000) {
    const auto count = parse_count(text, largest);
    if (!count) return std::unexpected(count.error());
    target = static_cast<Number>(*count);
    return {};
}

template <class Duration>
Result<void> set_duration(Duration& target, Text text, std::chrono::nanoseconds unit) {
    const auto duration = parse_duration(text, unit);
    if (!duration) return std::unexpected(duration.error());
    target = std::chrono::duration_cast<Duration>(*duration);
    return {};
}

Result<void> set_size(Traffic& traffic, Text text) {
    const auto dash = text.find('-');
    const auto smallest = parse_count(text.substr(0, dash));
    const auto largest = dash == text.npos ? smallest : parse_count(text.substr(dash + 1));
    if (!smallest || !largest || *smallest > *largest)
        return fail(Errc::invalid, "`" + text + "` is neither BYTES nor LEAST-MOST");
    traffic.smallest = *smallest;
    traffic.largest = *largest;
    return {};
}

Result<void> set_rate(Traffic& traffic, Text text) {
    traffic.rate.reset();
    if (text == "max") return {};
    double rate = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
    if (error != std::errc() || end != text.data() + text.size() || !(rate > 0 && rate <= 1e6))
        return fail(Errc::invalid, "`" + text + "` is neither a number of messages/s nor max");
    traffic.rate = rate;
    return {};
}

Result<void> set_stall(Pattern& pattern, Text text) {
    const auto stall = parse_stall(text);
    if (!stall) return std::unexpected(stall.error());
    pattern.stall = *stall;
    return {};
}

Result<void> set_secret_from_file(Secret& secret, Text path) {
    std::ifstream file(path);
    if (!file) return fail(Errc::not_found, "cannot read " + path);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    secret = Secret(std::move(text));
    return {};
}

Result<void> add_process(Config& config, Text text) {
    return set_count(config.processes.emplace_back(), text, 1 << 22);
}

constexpr auto second = std::chrono::seconds(1);

const Option options[] = {
    {"list", "FILE", "connections from a scenario file (below) instead of a pattern",
     [](Draft& d, Text v) { return set(d.list, v); }},
    {"url", "URL", "ws:// address of the topics; {topic} stands for 0, 1, …",
     [](Draft& d, Text v) { return set(d.pattern.url, v); }},
    {"access", "URL", "or the base of an access API, which gives an address for a token",
     [](Draft& d, Text v) { return set(d.pattern.access, v); }},
    {"topic", "NAME", "name of the topic there, with -0, -1, … if several (load)",
     [](Draft& d, Text v) { return set(d.pattern.topic, v); }},
    {"token", "TOKEN", "to present there; rather use --token-file",
     [](Draft& d, Text v) { return set(d.config.credentials.token, Secret(v)); }},
    {"token-file", "FILE", "the same from a file",
     [](Draft& d, Text v) { return set_secret_from_file(d.config.credentials.token, v); }},
    {"secret", "SECRET", "sign tokens with it instead; rather use --secret-file",
     [](Draft& d, Text v) { return set(d.config.credentials.signing_secret, Secret(v)); }},
    {"secret-file", "FILE", "the same from a file",
     [](Draft& d, Text v) { return set_secret_from_file(d.config.credentials.signing_secret, v); }},
    {"audience", "TEXT", "audience of signed tokens (the access URL)",
     [](Draft& d, Text v) { return set(d.config.credentials.audience, v); }},

    {"topics", "N", "number of topics (1)",
     [](Draft& d, Text v) { return set_count(d.pattern.topics, v, 100'000); }},
    {"publishers", "N", "per topic (1)",
     [](Draft& d, Text v) { return set_count(d.pattern.publishers, v, 100'000); }},
    {"readers", "N", "per topic (1)",
     [](Draft& d, Text v) { return set_count(d.pattern.readers, v, 100'000); }},
    {"stalled", "N", "further readers per topic, of class `slow`, that stop reading (0)",
     [](Draft& d, Text v) { return set_count(d.pattern.stalled_readers, v, 100'000); }},
    {"stall", "START:DURATION", "when they stop, from the first message, and how long (2s:5s)",
     [](Draft& d, Text v) { return set_stall(d.pattern, v); }},
    {"idle", "N", "further connections per topic that do nothing (0)",
     [](Draft& d, Text v) { return set_count(d.pattern.idle, v, 100'000); }},

    {"size", "BYTES|LEAST-MOST", "of a message (4096)",
     [](Draft& d, Text v) { return set_size(d.config.traffic, v); }},
    {"rate", "N|max", "messages per second and publisher (30)",
     [](Draft& d, Text v) { return set_rate(d.config.traffic, v); }},
    {"window", "N", "with --rate max: messages that the slowest reader may be behind (64)",
     [](Draft& d, Text v) { return set_count(d.config.traffic.window, v, 1'000'000); }},
    {"batch", "N", "with --rate max: messages handed to the socket at once (1)",
     [](Draft& d, Text v) { return set_count(d.config.traffic.batch, v, 100'000); }},
    {"burst", "", "all publishers send at the same moment, not spread over the period",
     [](Draft& d, Text) { return set(d.config.traffic.burst, true); }},
    {"messages", "N", "per publisher, then stop",
     [](Draft& d, Text v) { return set_count(d.config.traffic.messages, v); }},
    {"for", "DURATION", "or stop then (10s)",
     [](Draft& d, Text v) { return set_duration(d.config.traffic.duration, v, second); }},
    {"text", "", "text messages instead of binary ones",
     [](Draft& d, Text) { return set(d.config.traffic.text, true); }},
    {"ts", "", "MPEG-TS: messages are synthetic pictures of --size bytes in whole packets",
     [](Draft& d, Text) { return set(d.config.traffic.transport_stream, true); }},
    {"random-access", "N", "with --ts: every Nth picture can be decoded on its own (12)",
     [](Draft& d, Text v) { return set_count(d.config.traffic.random_access_every, v, 100'000); }},

    {"pid", "PID", "process to measure CPU time and memory of; repeatable",
     [](Draft& d, Text v) { return add_process(d.config, v); }},
    {"threads", "N", "that the topics are spread over (1)",
     [](Draft& d, Text v) { return set_count(d.config.threads, v, 64); }},
    {"connecting", "N", "handshakes under way at once, per thread (128)",
     [](Draft& d, Text v) { return set_count(d.config.connecting, v, 20'000); }},
    {"connect-limit", "DURATION", "for all handshakes together (90s)",
     [](Draft& d, Text v) { return set_duration(d.config.connect_limit, v, second); }},
    {"settle", "DURATION", "pause between the last handshake and the first message (500ms)",
     [](Draft& d, Text v) { return set_duration(d.config.settle, v, milliseconds(1)); }},
    {"drain", "DURATION", "silence after which what is missing counts as lost (1500ms)",
     [](Draft& d, Text v) { return set_duration(d.config.drain, v, milliseconds(1)); }},
    {"allow-loss", "", "exit with 0 although messages were lost",
     [](Draft& d, Text) { return set(d.config.allow_loss, true); }},
    {"json", "", "print one JSON object instead of a table",
     [](Draft& d, Text) { return set(d.config.json, true); }},
    {"label", "TEXT", "copied into the report",
     [](Draft& d, Text v) { return set(d.config.label, v); }},
    {"help", "", "this text", [](Draft& d, Text) { return set(d.config.help, true); }},
};

std::unexpected<Error> unknown_option(std::string_view name) {
    std::vector<std::string> names;
    for (const Option& option : options) names.emplace_back(option.name);
    const auto nearest = nearest_name(name, names);
    return fail(Errc::invalid, "unknown option --" + std::string(name) +
                                   (nearest ? ", did you mean --" + *nearest + "?" : ""));
}

const Option* find_option(std::string_view name) {
    for (const Option& option : options)
        if (option.name == name) return &option;
    return nullptr;
}

// Takes one option and its value, as `--name value` or `--name=value`, off the front.
Result<void> take_option(std::span<const std::string>& words, Draft& draft) {
    std::string_view word = words.front();
    if (word == "-h") word = "--help";
    words = words.subspan(1);
    if (!word.starts_with("--"))
        return fail(Errc::invalid, "`" + std::string(word) + "` is not an option");
    const auto equals = word.find('=');
    const auto name = word.substr(2, equals == word.npos ? word.npos : equals - 2);
    const Option* option = find_option(name);
    if (!option) return unknown_option(name);

    std::string value;
    if (equals != word.npos) {
        if (option->value.empty())
            return fail(Errc::invalid, "--" + std::string(name) + " takes no value");
        value = word.substr(equals + 1);
    } else if (!option->value.empty()) {
        if (words.empty()) return fail(Errc::invalid, "--" + std::string(name) + " needs a value");
        value = words.front();
        words = words.subspan(1);
    }
    const auto applied = option->apply(draft, value);
    if (applied) return {};
    return fail(applied.error().code, "--" + std::string(name) + ": " + applied.error().detail);
}

Result<void> check_groups(const Config& config) {
    const Credentials& credentials = config.credentials;
    std::map<std::string_view, std::size_t> publishers;
    for (const Group& group : config.groups) {
        if (group.role == Role::publisher) publishers[group.topic] += group.count;
        if (config.traffic.transport_stream && publishers[group.topic] > 1)
            return fail(Errc::invalid, "--ts allows one publisher per topic");
        if (group.url.starts_with("http") && credentials.token.empty() &&
            credentials.signing_secret.empty())
            return fail(Errc::invalid, "an access URL needs --token-file or --secret-file");
    }
    return {};
}

Result<void> check(const Config& config) {
    const Traffic& traffic = config.traffic;
    const bool as_text = traffic.text || traffic.transport_stream;
    const Payload payload(as_text ? Payload::Form::text : Payload::Form::binary);
    if (traffic.text && traffic.transport_stream)
        return fail(Errc::invalid, "--ts messages are binary, not --text");
    if (traffic.smallest < payload.stamp_size())
        return fail(Errc::invalid, "--size: a verifiable message has at least " +
                                       std::to_string(payload.stamp_size()) + " bytes");
    if (traffic.window == 0 || traffic.batch == 0 || traffic.batch > traffic.window)
        return fail(Errc::invalid, "--batch must be 1 or more and at most --window");
    if (traffic.random_access_every == 0 || config.threads == 0 || config.connecting == 0)
        return fail(Errc::invalid, "--random-access, --threads and --connecting must be 1 or more");
    return check_groups(config);
}

}  // namespace

Result<Config> parse(std::span<const std::string> words) {
    Draft draft;
    while (!words.empty())
        if (auto taken = take_option(words, draft); !taken) return std::unexpected(taken.error());
    Config& config = draft.config;
    if (config.help) return config;

    auto groups = draft.list.empty() ? expand(draft.pattern) : read_scenario(draft.list);
    if (!groups) return std::unexpected(groups.error());
    config.groups = *std::move(groups);
    if (config.traffic.messages == 0 && config.traffic.duration.count() == 0)
        config.traffic.duration = std::chrono::seconds(10);
    if (auto checked = check(config); !checked) return std::unexpected(checked.error());
    return config;
}

std::string help() {
    std::string text =
        "relay load: publish numbered messages through a relay and verify each at every reader\n\n"
        "  relay load --url ws://127.0.0.1:7001/t{topic} --readers 300 --for 60s --pid 123\n"
        "  relay load --access http://127.0.0.1:3000 --secret-file FILE --readers 300\n\n"
        "Exit code: 0 when nothing was lost, reordered, merged or corrupted; else 1.\n\nOptions:\n";
    for (const Option& option : options) {
        std::string left = "  --" + std::string(option.name);
        if (!option.value.empty()) left += " " + std::string(option.value);
        left.resize(std::max<std::size_t>(left.size() + 1, 28), ' ');
        text += left + std::string(option.meaning) + "\n";
    }
    return text +
           "\nScenario file, a line for each group of connections:\n"
           "  pub|sub|idle URL [COUNT] [topic=NAME] [stall=START:DURATION] [class=NAME]\n"
           "                           [rcvbuf=BYTES] [header=NAME:VALUE]\n";
}

}  // namespace relay::load
