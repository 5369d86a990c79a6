// SPDX-License-Identifier: Apache-2.0
#include "shell_host/streams.hpp"

#include "base/log.hpp"
#include "shell_host/resumable_leg.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>
#include <variant>

namespace relay::shell_host {
namespace {

using boost::asio::awaitable;
using shell_stream::AbortReason;
using shell_stream::Open;
using shell_stream::ResumableStream;
using shell_stream::Resume;
using shell_stream::StreamId;
using std::chrono::steady_clock;
using wire::CloseCode;

constexpr const char* form = "resumable";

wire::MessagePtr refusal(AbortReason reason, std::string text) {
    return shell_stream::encode(shell_stream::Abort{.reason = reason, .text = std::move(text)});
}

AbortReason reason_of(Errc code) {
    return code == Errc::limit ? AbortReason::other : AbortReason::target_unreachable;
}

}  // namespace

struct Streams::Entry {
    Entry(const boost::asio::any_io_executor& executor, const Visit& first, ResumableStream stream,
          std::function<void()> on_change)
        : visit(first), end(executor, std::move(stream), std::move(on_change)) {}
    ~Entry() { gone.request_stop(); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    Visit visit;  // of the connection that began it
    tunnel::ResumableEnd end;
    ResumableLeg* leg = nullptr;  // that carries it now
    steady_clock::time_point began = steady_clock::now();
    bool is_logged = false;  // its end
    std::stop_source gone;   // for the dialling

    bool is_open() const { return end.stream().outcome() == ResumableStream::Outcome::open; }

    void log_end() {
        if (std::exchange(is_logged, true)) return;
        log_ended(visit, form, end.summary(), steady_clock::now() - began);
    }
};

Streams::Streams(const boost::asio::any_io_executor& executor, const Limits& limits,
                 Dialler& dialler, std::function<bool()> has_room)
    : executor_(executor), limits_(limits), dialler_(dialler), has_room_(std::move(has_room)) {}

Streams::~Streams() = default;

Streams::Entry* Streams::find(const StreamId& id) {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : found->second.get();
}

// --- connections

void Streams::greet(ResumableLeg& leg, const wire::Message& first) {
    if (first.type() != wire::MessageType::binary)
        return leg.answer(refusal(AbortReason::protocol_error, "text message"));
    const auto frame = shell_stream::decode(first.payload());
    if (!frame) return leg.answer(refusal(AbortReason::protocol_error, frame.error().detail));
    if (const auto* open = std::get_if<Open>(&*frame)) return on_open(leg, *open);
    if (const auto* resume = std::get_if<Resume>(&*frame)) return on_resume(leg, *resume);
    leg.answer(refusal(AbortReason::protocol_error, "a frame before OPEN or RESUME"));
}

// A known stream is opened again by a client that was never told that it stands.
void Streams::on_open(ResumableLeg& leg, const Open& open) {
    if (Entry* const entry = find(open.key.id)) return go_on(*entry, leg, open);
    const auto& target = leg.visit().target;
    if (!target) return leg.answer(refusal(reason_of(target.error().code), target.error().detail));
    if (!has_room_())
        return leg.answer(refusal(AbortReason::other, "the host has too many connections"));
    begin(leg, open);
}

void Streams::on_resume(ResumableLeg& leg, const Resume& resume) {
    Entry* const entry = find(resume.key.id);
    if (!entry) return leg.answer(shell_stream::unknown_stream_answer());
    go_on(*entry, leg, resume);
}

template <class Greeting>
void Streams::go_on(Entry& entry, ResumableLeg& leg, const Greeting& greeting) {
    switch (entry.end.stream().arrived(leg.number(), greeting)) {
        case ResumableStream::Arrival::stale:
            return leg.close("a newer connection of the stream came first");
        case ResumableStream::Arrival::unknown:
            return leg.answer(shell_stream::unknown_stream_answer());
        case ResumableStream::Arrival::accepted:
            break;
    }
    const bool is_first = leg.visit().connection == entry.visit.connection;
    if (!is_first)
        log::info("stream resumed",
                  {{"connection", entry.visit.connection}, {"on", leg.visit().connection}});
    ResumableLeg* const before = std::exchange(entry.leg, &leg);
    leg.carry(entry.end);
    entry.end.attach(leg.number(), leg.client());
    if (before) before->close("the stream goes on with a newer connection");
}

void Streams::left(ResumableLeg& leg, CloseCode code) {
    if (!leg.end()) return;
    const StreamId id = leg.end()->stream().id();
    Entry& entry = *find(id);
    entry.leg = nullptr;
    using enum ResumableStream::Closed;
    entry.end.detach(leg.number(), code == CloseCode::normal ? normally : otherwise);
    if (code != CloseCode::expired && code != CloseCode::denied) return;
    const bool expired = code == CloseCode::expired;
    entry.end.abort(AbortReason::other,
                    expired ? "the client's token has expired" : "the client's booking was denied");
    entry.log_end();
    entries_.erase(id);
}

// --- streams

void Streams::begin(ResumableLeg& leg, const Open& open) {
    const StreamId id = open.key.id;
    ResumableStream stream(open, limits_.stream, steady_clock::now());
    auto fresh = std::make_unique<Entry>(executor_, leg.visit(), std::move(stream),
                                         [this, id] { on_change(id); });
    Entry& entry = *entries_.emplace(id, std::move(fresh)).first->second;
    go_on(entry, leg, open);
    boost::asio::co_spawn(executor_,
                          reach(*this, entry, *entry.visit.target, entry.gone.get_token()),
                          [](std::exception_ptr failure) {
                              if (failure) log::error("dialling ended by an internal error");
                          });
}

// Once `gone` was requested, neither the streams nor the entry need be there any more.
awaitable<void> Streams::reach(Streams& streams, Entry& entry, TargetAddress target,
                               std::stop_token gone) {
    auto socket = co_await streams.dialler_.dial(std::move(target), gone);
    if (!gone.stop_requested()) streams.on_reached(entry, std::move(socket));
}

void Streams::on_reached(Entry& entry, Result<FileDescriptor> socket) {
    if (!entry.is_open()) return;
    if (!socket) return entry.end.abort(AbortReason::target_unreachable, socket.error().detail);
    log_opened(entry.visit, form);
    entry.end.set_local(tunnel::LocalStream(executor_, std::move(*socket)));
}

void Streams::on_change(const StreamId& id) {
    Entry* const entry = find(id);
    if (!entry || entry->is_open()) return;
    entry->log_end();
    if (!entry->end.stream().done()) return;
    if (entry->leg) entry->leg->finish();
    entries_.erase(id);
}

void Streams::stop() {
    std::erase_if(entries_, [](auto& each) {
        Entry& entry = *each.second;
        entry.end.abort(AbortReason::stopping, "the host is stopping");
        entry.log_end();
        return entry.leg == nullptr;
    });
}

}  // namespace relay::shell_host
