// SPDX-License-Identifier: Apache-2.0
#include "shell_stream/resumable_stream.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace relay::shell_stream {

ResumableStream::ResumableStream(StreamKey key, const StreamSettings& settings, SteadyTime now)
    : key_(std::move(key)),
      role_(Role::client),
      settings_(settings),
      sending_(settings.buffer, settings.chunk),
      receiving_(settings.chunk),
      down_since_(now) {}

ResumableStream::ResumableStream(const Open& open, const StreamSettings& settings, SteadyTime now)
    : ResumableStream(open.key, settings, now) {
    role_ = Role::host;
    known_to_peer_ = true;
    set_window(std::min(settings.buffer, open.window));
}

void ResumableStream::set_window(std::uint32_t window) {
    window_ = window;
    sending_.set_window(window);
    receiving_.set_window(window);
}

// ---- The local socket

void ResumableStream::read_end() {
    sending_.end();
}

void ResumableStream::half_closed() {
    receiving_.half_closed();
    end_if_complete();
}

void ResumableStream::abort(AbortReason reason, std::string text) {
    fail({.reason = reason, .text = std::move(text), .by_peer = false});
}

// ---- Connections

void ResumableStream::connected(ConnectionNumber number, SteadyTime now) {
    if (link_ == Link::up) down_since_ = now;
    connection_ = number;
    link_ = Link::greeting;
    greeting_due_ = true;
    ++attempt_;
}

ResumableStream::Arrival ResumableStream::arrived(ConnectionNumber number, const Open& open) {
    return arrived(number, open.key.secret, open.attempt, 0);
}

ResumableStream::Arrival ResumableStream::arrived(ConnectionNumber number, const Resume& resume) {
    return arrived(number, resume.key.secret, resume.attempt, resume.received);
}

ResumableStream::Arrival ResumableStream::arrived(ConnectionNumber number, const Secret& secret,
                                                  std::uint32_t attempt, Position received) {
    if (!(secret == key_.secret)) return Arrival::unknown;
    if (attempt <= attempt_) return Arrival::stale;
    attempt_ = attempt;
    connection_ = number;
    link_ = Link::up;
    if (outcome_ == Outcome::failed) return Arrival::accepted;
    greeting_due_ = true;
    done_due_ = outcome_ == Outcome::finished;
    go_on(received);
    return Arrival::accepted;
}

// Both ends know what the other has: the client with Accept, the host with Open or Resume.
void ResumableStream::go_on(Position received) {
    receiving_.acknowledge_anew();
    if (!sending_.rewind(received)) refuse("the position to go on from is not to be had");
}

void ResumableStream::disconnected(ConnectionNumber number, Closed how, SteadyTime now) {
    if (number != connection_) return;
    if (link_ == Link::up) down_since_ = now;
    connection_ = 0;
    link_ = Link::down;
    greeting_due_ = false;
    // A client has to come back until it has heard Done: its last acknowledgement may be lost.
    if (role_ == Role::host && outcome_ == Outcome::finished && how == Closed::normally)
        released_ = true;
}

void ResumableStream::received(ConnectionNumber number, std::span<const std::uint8_t> payload) {
    if (number != connection_ || number == 0 || outcome_ == Outcome::failed) return;
    const auto frame = decode(payload);
    if (!frame) return refuse(frame.error().detail);
    std::visit([this](const auto& each) { handle(each); }, *frame);
}

void ResumableStream::handle(const Accept& accept) {
    if (link_ != Link::greeting || greeting_due_) return refuse("ACCEPT frame out of turn");
    const bool agrees = window_ == 0 ? accept.window <= settings_.buffer : accept.window == window_;
    if (!agrees) return refuse("ACCEPT frame with a window that was not offered");
    set_window(accept.window);
    link_ = Link::up;
    go_on(accept.received);
}

bool ResumableStream::permitted() {
    if (link_ == Link::up) return true;
    refuse("a frame before ACCEPT");
    return false;
}

void ResumableStream::handle(const Data& data) {
    if (!permitted()) return;
    if (const auto taken = receiving_.take(data); !taken) refuse(taken.error().detail);
}

void ResumableStream::handle(const End& end) {
    if (!permitted()) return;
    if (const auto taken = receiving_.take(end); !taken) refuse(taken.error().detail);
}

void ResumableStream::handle(const Acknowledge& acknowledge) {
    if (!permitted()) return;
    if (!sending_.acknowledged(acknowledge.position)) return refuse("ACK frame out of range");
    end_if_complete();
}

void ResumableStream::handle(const Abort& abort) {
    fail({.reason = abort.reason, .text = abort.text, .by_peer = true});
}

void ResumableStream::handle(const Done&) {
    if (role_ != Role::client || outcome_ != Outcome::finished)
        return refuse("DONE frame before the end");
    released_ = true;
}

wire::MessagePtr ResumableStream::greeting() {
    greeting_due_ = false;
    if (role_ == Role::host)
        return encode(Accept{.window = window_, .received = receiving_.received()});
    known_to_peer_ = true;
    if (window_ == 0)
        return encode(Open{.key = key_, .attempt = attempt_, .window = settings_.buffer});
    return encode(Resume{.key = key_, .attempt = attempt_, .received = receiving_.received()});
}

wire::MessagePtr ResumableStream::next_frame() {
    if (connection_ == 0) return {};
    if (greeting_due_) return greeting();
    if (abort_due_) {
        abort_due_ = false;
        return encode(Abort{.reason = failure_.reason, .text = failure_.text});
    }
    if (link_ != Link::up || outcome_ == Outcome::failed) return {};
    if (receiving_.acknowledgement_due()) return encode(receiving_.acknowledge());
    if (const auto frame = sending_.next()) return encode(*frame);
    return std::exchange(done_due_, false) ? encode(Done{}) : wire::MessagePtr();
}

bool ResumableStream::frame_due() const {
    if (connection_ == 0) return false;
    if (greeting_due_ || abort_due_) return true;
    if (link_ != Link::up || outcome_ == Outcome::failed) return false;
    return receiving_.acknowledgement_due() || sending_.due() || done_due_;
}

// ---- Time

std::optional<SteadyTime> ResumableStream::deadline() const {
    if (link_ == Link::up || done()) return std::nullopt;
    return down_since_ + settings_.give_up;
}

void ResumableStream::time_passed(SteadyTime now) {
    const auto due = deadline();
    if (!due || now < *due) return;
    fail({.reason = AbortReason::gave_up, .text = {}, .by_peer = false});
    abort_due_ = false;
}

// ---- The end

void ResumableStream::end_if_complete() {
    if (outcome_ != Outcome::open || !sending_.complete() || !receiving_.complete()) return;
    outcome_ = Outcome::finished;
    done_due_ = role_ == Role::host;
}

// A stream that has finished does not fail any more: all bytes are where they belong.
void ResumableStream::fail(StreamFailure failure) {
    if (outcome_ == Outcome::finished) released_ = true;
    if (outcome_ != Outcome::open) return;
    outcome_ = Outcome::failed;
    abort_due_ = known_to_peer_ && !failure.by_peer;
    failure_ = std::move(failure);
    // A host answers with Abort instead; a client says first which stream it ends.
    if (role_ == Role::host || !known_to_peer_) greeting_due_ = false;
    sending_.discard();
    receiving_.discard();
}

bool ResumableStream::done() const {
    if (outcome_ == Outcome::failed) return !abort_due_;
    return outcome_ == Outcome::finished && released_;
}

wire::MessagePtr unknown_stream_answer() {
    return encode(Abort{.reason = AbortReason::unknown_stream, .text = {}});
}

}  // namespace relay::shell_stream
