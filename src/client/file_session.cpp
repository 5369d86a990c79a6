// SPDX-License-Identifier: Apache-2.0
#include "client/file_session.hpp"

#include "base/log.hpp"
#include "client/access.hpp"
#include "client/log_line.hpp"

#include <fmt/format.h>

#include <type_traits>
#include <utility>

namespace relay::client {
namespace {

using playfile::Player;

// So much of a script is ready for the connection while it sends.
constexpr std::size_t ahead = 256 * 1024;

std::string lines_of(const SendQueue::Range& range) {
    return range.first == range.last ? fmt::format("{}", range.first)
                                     : fmt::format("{}-{}", range.first, range.last);
}

}  // namespace

FileSession::FileSession(boost::asio::io_context& context, uplink::Target target,
                         uplink::Settings settings, Options options, Ended ended)
    : options_(std::move(options)),
      ended_(std::move(ended)),
      queue_(settings.websocket.peer_timeout),
      timer_(context),
      uplink_(context, std::move(target), std::move(settings), *this) {
    if (options_.script) player_.emplace(std::move(*options_.script));
}

void FileSession::stop() {
    ending_ = true;
    stopped_ = true;
    timer_.cancel();
    uplink_.stop([this] { end({}); });
}

void FileSession::end(Outcome outcome) {
    if (const Ended ended = std::exchange(ended_, nullptr)) ended(std::move(outcome));
}

// --- the connection

void FileSession::on_connected() {
    connected_ = true;
    play();
}

void FileSession::on_disconnected() {
    connected_ = false;
    lost_ = queue_.take_doubtful(std::chrono::steady_clock::now());
    if (lost_ && !ending_) {
        log::warn("connection lost: what was sent shortly before may not have arrived",
                  {{"lines", lines_of(*lost_)}});
    }
}

void FileSession::on_refused(const Error& error) {
    timer_.cancel();
    end(refused(error));
}

void FileSession::on_message(wire::MessagePtr message) {
    if (!player_ && options_.mode == LogMode::binary) return log(*message, "");
    const std::string content = content_of(*message);
    log(*message, content);
    if (!player_) return;
    const SteadyTime now = std::chrono::steady_clock::now();
    const auto action = player_->resume(Player::Received{content}, now);
    // A condition that was met goes on at once; anything else waits for its timer as before.
    const auto* wait = std::get_if<Player::WaitUntil>(&action);
    if (wait != nullptr && wait->time <= now) wait_until(now);
}

void FileSession::gather(std::vector<wire::MessagePtr>& into, std::size_t max_bytes) {
    const bool had_any = !queue_.empty();
    queue_.gather(into, max_bytes, std::chrono::steady_clock::now());
    if (had_any && queue_.bytes() < ahead) wait_until(std::chrono::steady_clock::now());
}

// --- the script

void FileSession::play() {
    if (!player_ || !connected_ || ending_ || !ended_) return;
    for (;;) {
        if (queue_.bytes() >= ahead) return;  // gather() goes on
        const std::size_t timed_out = player_->timed_out().size();
        auto action = player_->resume(Player::Proceed{}, std::chrono::steady_clock::now());
        if (player_->timed_out().size() > timed_out) {
            log::info("condition timed out", {{"line", player_->timed_out().back()}});
        }
        if (!carry_out(std::move(action))) return;
    }
}

// Whether the next step can be reached now.
bool FileSession::carry_out(Player::Action action) {
    return std::visit(
        [this](auto& what) {
            using What = std::remove_cvref_t<decltype(what)>;
            if constexpr (std::is_same_v<What, playfile::Send>) {
                send(what.text);
            } else if constexpr (std::is_same_v<What, playfile::Echo>) {
                echo(what.text);
            } else if constexpr (std::is_same_v<What, playfile::AcceptPattern>) {
                filter_.accept(std::move(what.pattern));
            } else if constexpr (std::is_same_v<What, playfile::DenyPattern>) {
                filter_.deny(std::move(what.pattern));
            } else if constexpr (std::is_same_v<What, playfile::ResetFilter>) {
                filter_.reset();
            } else if constexpr (std::is_same_v<What, Player::WaitUntil>) {
                wait_until(what.time);
                return false;
            } else {
                finish();
                return false;
            }
            return true;
        },
        action);
}

// Replaces the wait before. Asking the player too early does no harm: it tells the time again.
void FileSession::wait_until(SteadyTime time) {
    if (ending_) return;
    timer_.expires_at(time);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) play();
    });
}

void FileSession::send(std::string_view text) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    queue_.push(wire::Message::copy_of({bytes, text.size()}, wire::MessageType::text),
                player_->line());
    uplink_.notify();
}

void FileSession::finish() {
    ending_ = true;
    uplink_.finish([this](bool all_left) { end(stopped_ ? Outcome{} : played(all_left)); });
}

Outcome FileSession::played(bool all_left) {
    if (!all_left && (lost_ || !queue_.empty())) {
        return failed(
            fmt::format("the connection was lost at the end: {} may not have arrived",
                        lost_ ? "what lines " + lines_of(*lost_) + " sent" : "what was sent last"));
    }
    const auto& timed_out = player_->timed_out();
    if (!options_.strict || timed_out.empty()) return {};
    Outcome outcome{exit_timed_out, {}};
    for (const std::size_t line : timed_out) {
        outcome.lines.push_back(fmt::format("line {}: the condition timed out", line));
    }
    return outcome;
}

// --- the log

void FileSession::log(const wire::Message& message, std::string_view content) {
    if (!options_.log) return;
    if (options_.mode == LogMode::binary) {  // a stream from which nothing may be missing
        const auto payload = message.payload();
        options_.log->write({reinterpret_cast<const char*>(payload.data()), payload.size()});
    } else if (filter_.passes(content)) {
        options_.log->write(log_line(std::chrono::system_clock::now(), content));
    }
}

void FileSession::echo(std::string_view text) {
    if (!options_.log || options_.mode == LogMode::binary) return;
    options_.log->write(log_line(std::chrono::system_clock::now(), text));
}

}  // namespace relay::client
