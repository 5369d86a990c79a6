// SPDX-License-Identifier: Apache-2.0
#include "host/rules/saved_rules.hpp"

#include "base/log.hpp"
#include "host/rules/rules_json_detail.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace relay::host {
namespace {

constexpr const char* file_name = "rules.json";
constexpr const char* new_name = "rules.json.new";
constexpr int version = 1;  // of the file's format

std::unexpected<Error> system_failure(Errc code, const std::string& what) {
    return fail(code, fmt::format("{}: {}", what, std::generic_category().message(errno)));
}

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

// The whole file; nothing when there is none.
Result<std::optional<std::string>> read_all(int folder, const std::string& shown) {
    const FileDescriptor file(
        ::openat(folder, file_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file && errno == ENOENT) return std::nullopt;
    struct stat found{};
    if (!file || ::fstat(file.number(), &found) != 0) return system_failure(Errc::internal, shown);
    if (!S_ISREG(found.st_mode) || found.st_size > static_cast<off_t>(SavedRules::longest_file))
        return fail(Errc::internal, shown + ": this is not a file of saved rules");
    if (found.st_uid != ::geteuid() && found.st_uid != 0)
        return fail(Errc::internal, shown + ": the file belongs to another user");
    std::string text(static_cast<std::size_t>(found.st_size), '\0');
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t count = ::read(file.number(), text.data() + done, text.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return system_failure(Errc::internal, shown);
        done += static_cast<std::size_t>(count);
    }
    return text;
}

Json saved_destination(const Destination& rule) {
    Json json = as_json(rule);
    json["token"] = rule.token.reveal();
    return json;
}

Result<void> add_stream(RuleSet& rules, const Json& json) {
    auto stream = read_stream(json);
    if (!stream) return std::unexpected(stream.error());
    rules.streams[stream->stream] = std::move(*stream);
    return {};
}

Result<void> add_destination(RuleSet& rules, const Json& json) {
    auto rule = read_destination(json);
    if (!rule) return std::unexpected(rule.error());
    rules.destinations[rule->id] = std::move(*rule);
    return {};
}

Result<void> read_list(const Json& json, const char* name, RuleSet& rules,
                       Result<void> (*add)(RuleSet&, const Json&)) {
    const auto list = json.find(name);
    if (list == json.end() || !list->is_array())
        return fail(Errc::invalid, fmt::format("{}: must be an array", name));
    for (const Json& item : *list)
        if (auto added = add(rules, item); !added) return added;
    return {};
}

}  // namespace

std::string saved_text(const RuleSet& rules) {
    Json json;
    json["version"] = version;
    json["streams"] = Json::array();
    for (const auto& [name, stream] : rules.streams) json["streams"].push_back(as_json(stream));
    json["destinations"] = Json::array();
    for (const auto& [id, rule] : rules.destinations)
        json["destinations"].push_back(saved_destination(rule));
    return dump_json(json) + "\n";
}

Result<RuleSet> parse_saved(std::string_view text) {
    const auto json = parse_json(text);
    if (!json) return std::unexpected(json.error());
    if (!json->is_object() || json->value("version", Json()) != Json(version))
        return fail(Errc::invalid, "these are no saved rules of this version");
    RuleSet rules;
    auto read = read_list(*json, "streams", rules, add_stream);
    if (read) read = read_list(*json, "destinations", rules, add_destination);
    if (!read) return std::unexpected(read.error());
    return rules;
}

SavedRules::SavedRules(std::filesystem::path folder, FileDescriptor descriptor)
    : folder_(std::move(folder)), descriptor_(std::move(descriptor)) {}

Result<SavedRules> SavedRules::open(std::filesystem::path folder) {
    folder = folder.lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();  // it ended with a slash
    const std::string what = fmt::format("state-dir: {}", folder.string());
    std::error_code ignored;  // what matters shows below
    if (folder.has_parent_path())
        std::filesystem::create_directories(folder.parent_path(), ignored);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        return system_failure(Errc::internal, what);
    FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened) return system_failure(Errc::internal, what);
    // Some network file systems have no locks: then it is up to the operator.
    if (::flock(opened.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return fail(Errc::conflict, what + ": another session host uses it");
    return SavedRules(std::move(folder), std::move(opened));
}

Result<RuleSet> SavedRules::load() {
    const std::string shown = (folder_ / file_name).string();
    const auto text = read_all(descriptor_.number(), shown);
    if (!text) return std::unexpected(text.error());
    if (!*text) return RuleSet{};
    auto rules = parse_saved(**text);
    if (rules) return rules;
    const auto aside = set_aside();
    if (!aside) return std::unexpected(aside.error());
    log::error("saved rules cannot be understood: set aside, none are loaded",
               {{"file", shown}, {"reason", rules.error().detail}, {"aside", aside->string()}});
    return RuleSet{};
}

// Written beside, then renamed: at no time is there a file that is not whole.
Result<void> SavedRules::save(const RuleSet& rules) {
    const auto refuse = [this] {
        const auto failure =
            system_failure(Errc::limit, "cannot save the rules in " + folder_.string());
        ::unlinkat(descriptor_.number(), new_name, 0);
        return failure;
    };
    const std::string text = saved_text(rules);
    if (text.size() > longest_file)
        return fail(Errc::limit, "cannot save the rules: they would be larger than 16 MiB");
    // Always a new file: one that is there may be somebody else's.
    ::unlinkat(descriptor_.number(), new_name, 0);
    const FileDescriptor file(
        ::openat(descriptor_.number(), new_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return refuse();
    if (!write_all(file.number(), text) || ::fsync(file.number()) != 0) return refuse();
    if (::renameat(descriptor_.number(), new_name, descriptor_.number(), file_name) != 0)
        return refuse();
    if (::fsync(descriptor_.number()) != 0) return refuse();
    return {};
}

Result<std::filesystem::path> SavedRules::set_aside() {
    const auto from = folder_ / file_name;
    constexpr int most = 1000;
    for (int number = 1; number <= most; ++number) {
        const auto aside = folder_ / fmt::format("{}.aside-{}", file_name, number);
        // Unlike rename, link never replaces what is there.
        if (::link(from.c_str(), aside.c_str()) == 0) {
            ::unlink(from.c_str());
            return aside;
        }
        if (errno != EEXIST) return system_failure(Errc::internal, from.string());
    }
    return fail(Errc::internal, fmt::format("{}: too many files were set aside", from.string()));
}

}  // namespace relay::host
