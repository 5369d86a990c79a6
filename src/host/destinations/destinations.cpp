// SPDX-License-Identifier: Apache-2.0
#include "host/destinations/destinations.hpp"

#include "base/log.hpp"

#include <utility>
#include <vector>

namespace relay::host {

Destinations::Destinations(boost::asio::io_context& context, const Config& config, Rules& rules,
                           Feeds& feeds)
    : context_(context),
      config_(config),
      rules_(rules),
      feeds_(feeds),
      limits_{.bytes = config.queue_bytes,
              .video_age = config.video_age,
              .data_age = config.data_age,
              .overflow = hub::Overflow::drop_oldest} {
    rules_.watch(this);
}

Destinations::~Destinations() {
    rules_.watch(nullptr);
}

Result<void> Destinations::open_recorder() {
    if (config_.record_folder.empty()) return {};
    auto opened = record::Recorder::open({.folder = config_.record_folder,
                                          .stamped = config_.record_stamped,
                                          .rotate_size = config_.record_rotate_size,
                                          .rotate_after = config_.record_rotate_after});
    if (!opened) return fail(opened.error().code, "record-dir: " + opened.error().detail);
    recorder_ = std::move(*opened);
    return {};
}

Result<void> Destinations::read_connection_settings() {
    auto settings = uplink::make_settings(config_.relays);
    if (!settings) return std::unexpected(settings.error());
    uplink_settings_ = std::move(*settings);
    return {};
}

void Destinations::stop(std::function<void()> ended) {
    // The last link to end drops the last reference.
    const std::shared_ptr<void> all(nullptr, [ended = std::move(ended)](void*) { ended(); });
    for (const auto& [id, link] : links_) link->stop([all] {});
}

const DestinationLink* Destinations::find(const std::string& id) const {
    const auto found = links_.find(id);
    return found == links_.end() ? nullptr : found->second.get();
}

void Destinations::on_destination_set(const Destination& rule) {
    links_.erase(rule.id);
    auto target = uplink::make_target(rule.destination, rule.token, rule.token_file);
    if (!target) {  // the rules let it in, so this is a mistake of ours
        log::error("rule without target", {{"id", rule.id}, {"error", target.error().detail}});
        return;
    }
    auto link = std::make_unique<DestinationLink>(
        context_, std::move(*target), settings_for(rule.id), limits_, begin_recording(rule));
    compose(*link, rule.stream);
    links_[rule.id] = std::move(link);
}

void Destinations::on_destination_removed(const std::string& id) {
    links_.erase(id);
}

void Destinations::on_streams_changed() {
    for (const auto& [id, link] : links_) compose(*link, rules_.find_destination(id)->stream);
}

void Destinations::compose(DestinationLink& link, const std::string& stream) {
    const SteadyTime now = std::chrono::steady_clock::now();
    std::vector<std::shared_ptr<Feed>> feeds;
    for (const std::string& name : rules_.feeds_of(stream))
        feeds.push_back(feeds_.obtain(name, now));
    const auto returns_to = rules_.is_feed(stream) ? feeds.front() : nullptr;
    link.set_feeds(feeds, returns_to);
}

std::unique_ptr<record::Recording> Destinations::begin_recording(const Destination& rule) {
    if (rule.file.empty()) return nullptr;
    if (recorder_) return recorder_->begin(rule.file, rule.id);
    log::error("rule records without a folder", {{"id", rule.id}});  // the rules let it in
    return nullptr;
}

uplink::Settings Destinations::settings_for(const std::string& id) const {
    uplink::Settings settings = uplink_settings_;
    settings.name = id;
    settings.websocket.max_message = config_.max_message;
    settings.websocket.user_agent = "relay-host";
    settings.ask_audience = true;
    return settings;
}

}  // namespace relay::host
