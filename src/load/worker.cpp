// SPDX-License-Identifier: Apache-2.0
#include "load/worker.hpp"

#include "load/access_token.hpp"
#include "load/process_sample.hpp"
#include "load/publisher.hpp"
#include "load/reader.hpp"

#include <algorithm>
#include <utility>

namespace relay::load {
namespace {

constexpr auto end_check_every = std::chrono::milliseconds(10);
constexpr auto memory_check_every = std::chrono::milliseconds(100);
// Without a rate, publishers wait for readers; so long a silence means that they wait in vain.
constexpr auto stuck_after = std::chrono::seconds(5);
constexpr std::size_t most_reasons = 10;

}  // namespace

Worker::Worker(const Config& config, const Payload& payload, bool watches_memory)
    : config_(config), payload_(payload), watches_memory_(watches_memory) {}

Worker::~Worker() {
    for_each_connection([](Connection& connection) { connection.close(); });
}

template <class Action>
void Worker::for_each_connection(Action action) {
    for (auto& publisher : publishers_) action(*publisher);
    for (auto& reader : readers_) action(*reader);
    for (auto& connection : idle_) action(*connection);
}

Result<void> Worker::add_topic(std::uint32_t number, const std::vector<const Group*>& groups) {
    Topic& topic = *topics_.emplace_back(std::make_unique<Topic>(
        Topic{.number = number, .traffic = config_.traffic, .payload = payload_}));
    // Readers know from the start how many publishers there are.
    for (const Role role : {Role::publisher, Role::reader, Role::idle})
        for (const Group* group : groups)
            if (group->role == role)
                if (auto added = add_group(*group, topic); !added) return added;
    return {};
}

Result<void> Worker::add_group(const Group& group, Topic& topic) {
    const auto url = net::parse_url(group.url);
    if (!url) return std::unexpected(url.error());
    const auto token = access_token(config_.credentials, group, wall_clock()());
    if (!token) return std::unexpected(token.error());
    for (std::size_t i = 0; i < group.count; ++i)
        add_connection(group, topic, Opening(*url, *token, group.headers));
    return {};
}

void Worker::add_connection(const Group& group, Topic& topic, Opening opening) {
    Connection::Observer& observer = *this;
    if (group.role == Role::publisher) {
        publishers_.push_back(std::make_unique<Publisher>(
            loop_, observer, std::move(opening), group, topic, topic.publishers.size(), echoes_));
        topic.publishers.push_back(publishers_.back().get());
    } else if (group.role == Role::reader) {
        readers_.push_back(std::make_unique<Reader>(loop_, observer, std::move(opening), group,
                                                    topic, tally_of(group.reader_class)));
        topic.readers.push_back(readers_.back().get());
    } else {
        idle_.push_back(std::make_unique<Connection>(loop_, observer, std::move(opening),
                                                     group.receive_buffer));
    }
}

Tally& Worker::tally_of(const std::string& reader_class) {
    return classes_[reader_class].tally;
}

void Worker::place_publishers(std::size_t first, std::size_t all) {
    first_place_ = first;
    places_ = std::max<std::size_t>(all, 1);
}

// Publishers last, so that no message is sent before its readers are there.
void Worker::connect() {
    for_each_connection([this](Connection& connection) { unopened_.push_back(&connection); });
    finish_at(SteadyTime::clock::now() + config_.connect_limit);
    loop_.run([this] {
        start_openings();
        if (unopened_.empty() && opening_ == 0) loop_.finish();
    });
    opening_ += unopened_.size();
    for_each_connection([](Connection& connection) { connection.abandon(); });
}

void Worker::start_openings() {
    while (!unopened_.empty() && opening_ < config_.connecting) {
        Connection& connection = *unopened_.back();
        unopened_.pop_back();
        ++opening_;
        connection.open(resolver_);
    }
}

void Worker::opening_done(Connection& connection) {
    --opening_;
    if (connection.state() == Connection::State::open) {
        ++report_.open;
        report_.handshakes.record(connection.opening_time());
        return;
    }
    ++report_.refused;
    const bool known = report_.refusals.contains(connection.error());
    if (known || report_.refusals.size() < most_reasons) ++report_.refusals[connection.error()];
}

void Worker::ended_by_peer(Connection& connection) {
    ++report_.closed;
    ++report_.close_codes[static_cast<std::uint16_t>(connection.close_code())];
}

// Ends the phase that begins now; does nothing if another one has begun by then.
void Worker::finish_at(SteadyTime time) {
    loop_.at(time, [this, phase = ++phase_] {
        if (phase == phase_) loop_.finish();
    });
}

void Worker::settle() {
    finish_at(SteadyTime::clock::now() + config_.settle);
    loop_.run();
}

SteadyTime Worker::first_publication(std::size_t publisher, SteadyTime start) const {
    const Traffic& traffic = config_.traffic;
    if (traffic.burst || !traffic.rate) return start;
    const double share =
        static_cast<double>(first_place_ + publisher) / static_cast<double>(places_);
    return start + std::chrono::nanoseconds(static_cast<std::int64_t>(share * 1e9 / *traffic.rate));
}

void Worker::publish(SteadyTime start) {
    ++phase_;
    start_ = last_delivery_ = last_progress_ = start;
    for (auto& reader : readers_) reader->begin(start);
    for (std::size_t i = 0; i < publishers_.size(); ++i)
        publishers_[i]->begin(start, first_publication(i, start));
    look_for_end();
    if (watches_memory_) watch_memory();
    if (config_.traffic.rate)
        loop_.run();
    else
        loop_.run([this] { pump_publishers(); });
}

void Worker::pump_publishers() {
    for (auto& publisher : publishers_) publisher->pump();
}

void Worker::watch_memory() {
    report_.resident_peak = std::max(report_.resident_peak, resident_memory(config_.processes));
    loop_.at(SteadyTime::clock::now() + memory_check_every, [this] { watch_memory(); });
}

// Over when all has arrived, or when nothing has for so long that the rest is lost.
void Worker::look_for_end() {
    const auto now = SteadyTime::clock::now();
    note_progress(now);
    const auto silence = now - last_progress_;
    if (publishers_done()) {
        const bool idle_time_over = now >= start_ + config_.traffic.duration;
        const bool over = publishers_.empty() ? idle_time_over : readers_finished();
        if (over || (silence > config_.drain && !publishers_.empty())) return loop_.finish();
    } else if (!config_.traffic.rate &&
               silence > std::max<SteadyTime::duration>(stuck_after, config_.drain)) {
        report_.stuck = true;
        return loop_.finish();
    }
    loop_.at(now + end_check_every, [this] { look_for_end(); });
}

void Worker::note_progress(SteadyTime now) {
    std::uint64_t delivered = 0;
    for (const auto& [name, part] : classes_) delivered += part.tally.delivered;
    std::uint64_t sent = 0;
    for (const auto& publisher : publishers_) sent += publisher->sent();
    const bool stalled = std::ranges::any_of(
        readers_, [&](const auto& reader) { return now < reader->stall_end(); });
    const bool more_is_due = config_.traffic.rate && !publishers_done();

    if (delivered != delivered_) last_delivery_ = now;
    if (delivered != delivered_ || sent != sent_ || stalled || more_is_due) last_progress_ = now;
    delivered_ = delivered;
    sent_ = sent;
}

bool Worker::publishers_done() const {
    return std::ranges::all_of(publishers_, &Publisher::is_done);
}

bool Worker::readers_finished() const {
    return std::ranges::all_of(readers_, &Reader::is_finished);
}

Report Worker::report() const {
    Report report = report_;
    report.classes = classes_;
    report.publish_seconds = std::chrono::duration<double>(last_delivery_ - start_).count();
    report.publishers = publishers_.size();
    for (const auto& publisher : publishers_) {
        report.sent += publisher->sent();
        report.lateness.merge(publisher->lateness());
        if (publisher->state() == Connection::State::ended) ++report.publishers_closed;
    }
    for (const auto& reader : readers_) {
        ClassReport& part = report.classes[reader->reader_class()];
        const bool closed = reader->state() == Connection::State::ended;
        ++part.readers;
        part.expected += reader->expected();
        (reader->is_excused() ? part.skipped : part.lost) += reader->missing();
        part.closed += closed;
        part.excused_closed += closed && reader->is_excused();
    }
    if (echoes_.misrouted > 0) report.classes["publishers"].tally.merge(echoes_);
    return report;
}

}  // namespace relay::load
