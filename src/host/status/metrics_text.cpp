// SPDX-License-Identifier: Apache-2.0
#include "host/status/metrics_text.hpp"

#include "host/equipment/equipment_metrics.hpp"
#include "metrics/family.hpp"

#include <algorithm>
#include <chrono>
#include <concepts>
#include <iterator>
#include <optional>
#include <utility>

namespace relay::host {
namespace {

using metrics::Family;
using metrics::Kind;

// One row of a table: how a metric is taken from a feed or a destination. Nothing: no sample.
template <class Subject>
struct Metric {
    const char* name;
    Kind kind;
    const char* help;
    std::optional<double> (*value)(const Subject&);
};

template <std::unsigned_integral T>
std::optional<double> number(T value) {
    return static_cast<double>(value);
}

std::optional<double> flag(bool value) {
    return value ? 1 : 0;
}

std::optional<double> seconds(const std::optional<std::chrono::nanoseconds>& age) {
    if (!age) return std::nullopt;
    return std::chrono::duration<double>(*age).count();
}

struct FeedView {
    const Feed& feed;
    hub::Traffic::Figures sent;
    hub::Traffic::Figures returned;
};

constexpr Metric<FeedView> feed_metrics[] = {
    {"relay_host_feed_messages_total", Kind::counter,
     "Messages that came from the feed's publisher and local clients.",
     [](const FeedView& view) { return number(view.sent.messages); }},
    {"relay_host_feed_bytes_total", Kind::counter, "Payload of these messages.",
     [](const FeedView& view) { return number(view.sent.bytes); }},
    {"relay_host_feed_last_message_age_seconds", Kind::gauge, "Time since the last of them.",
     [](const FeedView& view) { return seconds(view.sent.age); }},
    {"relay_host_feed_returned_messages_total", Kind::counter,
     "Messages that came from the feed's destinations.",
     [](const FeedView& view) { return number(view.returned.messages); }},
    {"relay_host_feed_returned_bytes_total", Kind::counter, "Payload of these messages.",
     [](const FeedView& view) { return number(view.returned.bytes); }},
    {"relay_host_feed_last_returned_age_seconds", Kind::gauge, "Time since the last of them.",
     [](const FeedView& view) { return seconds(view.returned.age); }},
    {"relay_host_feed_publisher", Kind::gauge, "1 while MPEG-TS is being published.",
     [](const FeedView& view) { return flag(view.feed.has_publisher()); }},
    {"relay_host_feed_clients", Kind::gauge, "Local WebSocket clients.",
     [](const FeedView& view) { return number(view.feed.clients()); }},
    {"relay_host_feed_destinations", Kind::gauge, "Destinations that carry the feed.",
     [](const FeedView& view) { return number(view.feed.destinations()); }},
    {"relay_host_feed_pictures_total", Kind::counter, "Pictures in the MPEG-TS.",
     [](const FeedView& view) { return number(view.feed.contents().pictures); }},
    {"relay_host_feed_discarded_bytes_total", Kind::counter,
     "Bytes that were no whole MPEG-TS packets.",
     [](const FeedView& view) { return number(view.feed.flaws().discarded_bytes); }},
    {"relay_host_feed_continuity_errors_total", Kind::counter,
     "Gaps in the MPEG-TS: packets were lost before they came here.",
     [](const FeedView& view) { return number(view.feed.flaws().continuity_errors); }},
};

using Link = DestinationLink::Status;

constexpr Metric<Link> destination_metrics[] = {
    {"relay_host_destination_connected", Kind::gauge, "1 while the WebSocket is open.",
     [](const Link& link) { return flag(link.connection.state == uplink::State::connected); }},
    {"relay_host_destination_tries_total", Kind::counter, "Attempts to connect.",
     [](const Link& link) { return number(link.connection.tries); }},
    {"relay_host_destination_connections_total", Kind::counter, "Attempts that succeeded.",
     [](const Link& link) { return number(link.connection.connections); }},
    {"relay_host_destination_sent_messages_total", Kind::counter,
     "Messages that were handed to the connection.",
     [](const Link& link) { return number(link.sent.messages); }},
    {"relay_host_destination_sent_bytes_total", Kind::counter, "Payload of these messages.",
     [](const Link& link) { return number(link.sent.bytes); }},
    {"relay_host_destination_last_sent_age_seconds", Kind::gauge, "Time since the last of them.",
     [](const Link& link) { return seconds(link.sent.age); }},
    {"relay_host_destination_received_messages_total", Kind::counter,
     "Messages that came from the far side.",
     [](const Link& link) { return number(link.received.messages); }},
    {"relay_host_destination_received_bytes_total", Kind::counter, "Payload of these messages.",
     [](const Link& link) { return number(link.received.bytes); }},
    {"relay_host_destination_last_received_age_seconds", Kind::gauge,
     "Time since the last of them.", [](const Link& link) { return seconds(link.received.age); }},
    {"relay_host_destination_dropped_messages_total", Kind::counter,
     "Messages that the connection was too slow for.",
     [](const Link& link) { return number(link.dropped.messages); }},
    {"relay_host_destination_dropped_bytes_total", Kind::counter, "Payload of these messages.",
     [](const Link& link) { return number(link.dropped.bytes); }},
    {"relay_host_destination_dropped_pictures_total", Kind::counter, "Pictures in these messages.",
     [](const Link& link) { return number(link.dropped.pictures); }},
    {"relay_host_destination_unconnected_messages_total", Kind::counter,
     "Messages that came while there was no connection.",
     [](const Link& link) { return number(link.unconnected_messages); }},
    {"relay_host_destination_unheard_messages_total", Kind::counter,
     "Messages from the far side that nobody hears, since a stream is one-way.",
     [](const Link& link) { return number(link.unheard_messages); }},
    {"relay_host_destination_recording", Kind::gauge,
     "1 while what is sent is recorded; 0 after an error.",
     [](const Link& link) {
         return link.recording ? flag(link.recording->is_recording) : std::nullopt;
     }},
    {"relay_host_destination_recorded_bytes_total", Kind::counter, "Bytes written to the file.",
     [](const Link& link) {
         return link.recording ? number(link.recording->bytes) : std::nullopt;
     }},
};

// One family for each row of the table, with a sample for each subject.
template <class Subject, std::size_t size>
void add(std::vector<Family>& families, const Metric<Subject> (&table)[size],
         const std::vector<std::pair<metrics::Labels, Subject>>& subjects) {
    for (const Metric<Subject>& metric : table) {
        Family& family = families.emplace_back(metric.name, metric.help, metric.kind);
        for (const auto& [labels, subject] : subjects)
            if (const auto value = metric.value(subject))
                family.samples.push_back({labels, *value});
    }
}

}  // namespace

std::string metrics_text(const HostView& host) {
    std::vector<std::pair<metrics::Labels, FeedView>> feeds;
    for (const auto& [name, feed] : host.feeds.all())
        feeds.push_back(
            {{{"feed", name}}, {*feed, feed->sent(host.now), feed->returned(host.now)}});
    std::vector<std::pair<metrics::Labels, Link>> destinations;
    for (const auto& [id, rule] : host.rules.destinations())
        if (const DestinationLink* link = host.destinations.find(id))
            destinations.push_back(
                {{{"destination", id}, {"stream", rule.stream}}, link->status(host.now)});

    const auto uptime = std::chrono::duration<double>(host.now - host.started).count();
    std::vector<Family> families{
        {"relay_host_info", "The program.", Kind::gauge, {{{{"version", program_version()}}, 1}}},
        {"relay_host_uptime_seconds", "Time since the start.", Kind::gauge, {{{}, uptime}}}};
    add(families, feed_metrics, feeds);
    add(families, destination_metrics, destinations);
    if (host.equipment)
        std::ranges::move(equipment_metrics(host.equipment->status()),
                          std::back_inserter(families));
    return metrics::render(families);
}

}  // namespace relay::host
