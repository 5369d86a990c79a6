// SPDX-License-Identifier: Apache-2.0
#include "client/pipe_session.hpp"

#include "base/log.hpp"
#include "client/access.hpp"

#include <fmt/format.h>

#include <utility>

namespace relay::client {
namespace {

// Input is read while less than this waits: enough to keep the connection busy.
constexpr std::size_t enough = 256 * 1024;

}  // namespace

PipeSession::PipeSession(boost::asio::io_context& context, uplink::Target target,
                         uplink::Settings settings, const Options& options, Ended ended)
    : options_(options),
      ended_(std::move(ended)),
      deframer_(options.framing),
      queue_(settings.websocket.peer_timeout),
      uplink_(context, std::move(target), std::move(settings), *this) {
    if (options_.input < 0) return;
    input_ = std::make_unique<InputReader>(context, options_.input,
                                           [this](auto piece) { on_input(std::move(piece)); });
    want_input();
}

void PipeSession::stop() {
    ending_ = true;
    stopped_ = true;
    input_.reset();
    uplink_.stop([this] { end({}); });
}

void PipeSession::end(Outcome outcome) {
    if (const Ended ended = std::exchange(ended_, nullptr)) ended(std::move(outcome));
}

// --- input to topic

void PipeSession::want_input() {
    if (!input_ || reading_ || input_ended_ || queue_.bytes() >= enough) return;
    reading_ = true;
    input_->want();
}

void PipeSession::on_input(Result<std::string> piece) {
    reading_ = false;
    if (!piece) return end(failed("standard input: " + piece.error().detail));
    input_ended_ = piece->empty();
    send(input_ended_ ? deframer_.finish() : deframer_.add(*piece));
    if (!ended_) return;
    if (input_ended_) return on_input_end();
    want_input();
}

void PipeSession::send(Result<std::vector<wire::MessagePtr>> messages) {
    if (!messages) return end(failed("standard input: " + messages.error().detail));
    for (auto& message : *messages) queue_.push(std::move(message), ++sent_);
    uplink_.notify();
}

void PipeSession::on_input_end() {
    if (options_.keep_open) return;
    ending_ = true;
    uplink_.finish([this](bool all_left) {
        const bool lost = !stopped_ && !all_left && (lost_ || !queue_.empty());
        end(lost ? failed("the connection was lost at the end: not everything may have arrived")
                 : Outcome{});
    });
}

void PipeSession::gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) {
    queue_.gather(into, max_bytes, std::chrono::steady_clock::now());
    want_input();
}

// --- topic to output

void PipeSession::on_message(wire::MessagePtr message) {
    if (options_.output) options_.output->write(framed(options_.framing, *message));
}

// --- the connection

void PipeSession::on_disconnected() {
    lost_ = queue_.take_doubtful(std::chrono::steady_clock::now());
    if (lost_ && !ending_) {
        log::warn("connection lost: what was sent shortly before may not have arrived",
                  {{"first", lost_->first}, {"last", lost_->last}});
    }
}

void PipeSession::on_refused(const Error& error) {
    end(refused(error));
}

}  // namespace relay::client
