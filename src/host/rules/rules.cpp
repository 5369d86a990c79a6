// SPDX-License-Identifier: Apache-2.0
#include "host/rules/rules.hpp"

#include "record/path.hpp"
#include "uplink/target.hpp"

#include <algorithm>
#include <utility>

namespace relay::host {
namespace {

Result<void> check_target(const Destination& rule) {
    if (rule.destination.empty()) return invalid("destination", "must not be empty");
    if (rule.token_file.contains('\0')) return invalid("token_file", "is no path");
    const auto target = uplink::make_target(rule.destination, rule.token, rule.token_file);
    if (!target) return invalid("destination", target.error().detail);
    if (rule.token.empty()) return {};
    if (rule.token == Secret("***"))
        return invalid("token", "is what stands for a token in answers; give the token itself");
    // Its file is read at each connect only, so that the file may come later than the rule.
    const auto token = uplink::current_token(*target);
    if (!token) return invalid("token", token.error().detail);
    return {};
}

}  // namespace

Result<Stream> Rules::checked(Stream stream) const {
    auto name = parse_name(stream.stream, "stream");
    if (!name) return std::unexpected(name.error());
    if (*name == control_feed) return invalid("stream", "is the feed of commands");
    std::vector<std::string> feeds;
    for (const std::string& given : stream.feeds) {
        auto feed = parse_name(given, "feeds");
        if (!feed) return std::unexpected(feed.error());
        if (std::ranges::find(feeds, *feed) == feeds.end()) feeds.push_back(std::move(*feed));
    }
    return Stream{std::move(*name), std::move(feeds)};
}

Result<Destination> Rules::checked(Destination destination) const {
    auto id = parse_name(destination.id, "id");
    if (!id) return std::unexpected(id.error());
    auto stream = parse_name(destination.stream, "stream");
    if (!stream) return std::unexpected(stream.error());
    if (auto good = check_target(destination); !good) return std::unexpected(good.error());
    destination.id = std::move(*id);
    destination.stream = std::move(*stream);
    if (destination.file.empty()) return destination;
    auto file = record::validate_recording_path(destination.file, record_folder_);
    if (!file) return std::unexpected(file.error());
    destination.file = std::move(*file);
    return destination;
}

Result<Stream> Rules::set_stream(Stream stream) {
    auto good = checked(std::move(stream));
    if (!good) return good;
    streams_[good->stream] = *good;
    if (watcher_) watcher_->on_streams_changed();
    return good;
}

Result<Destination> Rules::set_destination(Destination destination) {
    auto good = checked(std::move(destination));
    if (!good) return good;
    destinations_[good->id] = *good;
    if (watcher_) watcher_->on_destination_set(*good);
    return good;
}

void Rules::set_streams(Streams streams) {
    streams_ = std::move(streams);
    if (watcher_) watcher_->on_streams_changed();
}

void Rules::remove_stream(std::string_view name) {
    const auto found = streams_.find(name);
    if (found == streams_.end()) return;
    streams_.erase(found);
    if (watcher_) watcher_->on_streams_changed();
}

void Rules::remove_destination(std::string_view id) {
    const auto found = destinations_.find(id);
    if (found == destinations_.end()) return;
    const std::string removed = found->first;
    destinations_.erase(found);
    if (watcher_) watcher_->on_destination_removed(removed);
}

void Rules::remove_all_streams() {
    streams_.clear();
    if (watcher_) watcher_->on_streams_changed();
}

void Rules::remove_all_destinations() {
    while (!destinations_.empty()) remove_destination(destinations_.begin()->first);
}

const Stream* Rules::find_stream(std::string_view name) const {
    const auto found = streams_.find(name);
    return found == streams_.end() ? nullptr : &found->second;
}

const Destination* Rules::find_destination(std::string_view id) const {
    const auto found = destinations_.find(id);
    return found == destinations_.end() ? nullptr : &found->second;
}

std::vector<std::string> Rules::feeds_of(const std::string& name) const {
    if (const Stream* stream = find_stream(name)) return stream->feeds;
    if (name.starts_with("stream/")) return {};
    return {name};
}

bool Rules::is_feed(const std::string& name) const {
    return !find_stream(name) && !name.starts_with("stream/");
}

}  // namespace relay::host
