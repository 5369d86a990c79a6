// SPDX-License-Identifier: Apache-2.0
#include "host/rules/rules_service.hpp"

#include "base/log.hpp"
#include "net/call_on.hpp"

#include <utility>

namespace relay::host {

RulesService::RulesService(const Config& config, Consequences consequences)
    : config_(config),
      consequences_(std::move(consequences)),
      rules_(config.record_folder),
      editor_(rules_, config) {
    rules_.watch(this);
}

RulesService::~RulesService() {
    stop();
}

Result<void> RulesService::start() {
    return net::call_on(thread(), [this] { return open(); });
}

Result<void> RulesService::open() {
    auto file = read_file();
    if (!file) return std::unexpected(file.error());
    if (auto opened = editor_.open(std::move(file->rules)); !opened) return opened;
    consequences_.set_equipment(std::move(file->cameras), std::move(file->bridges));
    is_open_ = true;
    return {};
}

Result<FileRules> RulesService::read_file() const {
    if (config_.rules_file.empty()) return FileRules{};
    const auto text = read_rules_file(config_.rules_file);
    if (!text) return std::unexpected(text.error());
    // A full disk leaves such a file behind an editor: no wish to end all that runs.
    if (text->empty() && is_open_)
        return fail(Errc::invalid, config_.rules_file.string() +
                                       ": is empty; a comment says that there are no rules");
    return parse_rules_file(*text, config_.rules_file.string(), rules_);
}

Result<void> RulesService::watch() {
    if (config_.rules_file.empty()) return {};
    return net::call_on(thread(), [this]() -> Result<void> {
        auto watch =
            RulesFileWatch::start(thread().context(), config_.rules_file, [this] { read_again(); });
        if (!watch) return std::unexpected(watch.error());
        watch_ = std::move(*watch);
        read_again();
        return {};
    });
}

void RulesService::reload() {
    thread().post([this] { read_again(); });
}

void RulesService::read_again() {
    if (config_.rules_file.empty()) return;
    auto file = read_file();
    if (!file) {
        log::error("the rules file is not valid: the rules stay as they were",
                   {{"reason", file.error().detail}});
        consequences_.set_file_error(file.error().detail);
        return;
    }
    editor_.set_file_rules(std::move(file->rules));
    consequences_.set_equipment(std::move(file->cameras), std::move(file->bridges));
    consequences_.set_file_error("");
    log::info("the rules file is in effect", {{"file", config_.rules_file.string()}});
}

void RulesService::on_destination_set(const Destination& destination) {
    consequences_.change_rules([destination](Rules& rules) {
        (void)rules.set_destination(destination);  // was checked
    });
}

void RulesService::on_destination_removed(const std::string& id) {
    consequences_.change_rules([id](Rules& rules) { rules.remove_destination(id); });
}

void RulesService::on_streams_changed() {
    consequences_.change_rules(
        [streams = rules_.streams()](Rules& rules) { rules.set_streams(streams); });
}

}  // namespace relay::host
