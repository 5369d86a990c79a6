// SPDX-License-Identifier: Apache-2.0
// A settings file, from its text to the configuration: no text does harm, a secret is never
// repeated in an error, and a size that was read is read again from its own text.
#include "config/file.hpp"
#include "config/load.hpp"
#include "config/setting.hpp"
#include "config/size.hpp"
#include "config/value.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Configuration {
    std::string name;
    relay::Secret secret;
    std::vector<relay::Secret> keys;
    std::vector<std::string> origins;
    std::uint16_t port = 1;
    bool flag = false;
    std::chrono::seconds wait{1};
    std::size_t bytes = 1;
    int number = 1;
};

relay::config::Setting row(std::string name, relay::config::Value value) {
    return {.name = std::move(name), .group = "All", .names = {}, .help = "", .value = value};
}

relay::config::Schema schema_for(Configuration& target) {
    using namespace relay::config;
    return {.command = "fuzz",
            .prefixes = {},
            .settings = {row("name", text(target.name)), row("secret", secret(target.secret)),
                         row("keys", secrets(target.keys)), row("origins", list(target.origins)),
                         row("port", port(target.port)), row("flag", boolean(target.flag)),
                         row("wait", duration(target.wait)), row("bytes", size(target.bytes)),
                         row("number", integer(target.number, -5, 5))}};
}

void check_size(std::string_view text) {
    const auto bytes = relay::config::parse_size(text);
    if (!bytes) return;
    const auto again = relay::config::parse_size(relay::config::format_size(*bytes));
    if (!again || *again != *bytes) std::abort();
}

void check_keys(const std::string& value) {
    static const std::string secret = "9f86d081884c7d659a2feaa0c55ad015";
    std::vector<relay::Secret> keys;
    const auto stored = relay::config::secrets(keys).store("id=" + secret + "," + value);
    if (!stored && stored.error().detail.find(secret) != std::string::npos) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view content(reinterpret_cast<const char*>(data), size);
    check_size(content);
    check_keys(std::string(content));
    auto entries = relay::config::parse_file(content, "fuzz.toml");
    if (!entries) return 0;
    Configuration target;
    const relay::config::Schema schema = schema_for(target);
    relay::config::Known known;
    relay::config::add_known(known, schema);
    relay::config::Sources sources;
    sources.file = std::move(*entries);
    sources.file_name = "fuzz.toml";
    sources.read_file = [](const std::string&) -> relay::Result<std::string> { return "text"; };
    static_cast<void>(relay::config::load(schema, sources, known));
    return 0;
}
