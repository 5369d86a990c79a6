// SPDX-License-Identifier: Apache-2.0
#include "client/stats_session.hpp"

#include "base/log.hpp"
#include "client/access.hpp"

#include <utility>

namespace relay::client {
namespace {

// docs/protocol.md#stats
constexpr std::string_view question = R"({"cmd":"update"})";

wire::MessagePtr question_message() {
    return wire::Message::copy_of(
        {reinterpret_cast<const std::uint8_t*>(question.data()), question.size()},
        wire::MessageType::text);
}

// Questions without an answer, a second apart at least. Whoever may not ask gets a report from the
// relay every 5 s.
constexpr std::size_t patience = 6;

}  // namespace

StatsSession::StatsSession(boost::asio::io_context& context, uplink::Target target,
                           uplink::Settings settings, const Options& options, OnText on_text,
                           Ended ended)
    : options_(options),
      on_text_(std::move(on_text)),
      ended_(std::move(ended)),
      timer_(context),
      uplink_(context, std::move(target), std::move(settings), *this) {}

void StatsSession::stop() {
    timer_.cancel();
    uplink_.stop([this] { end({}); });
}

void StatsSession::end(Outcome outcome) {
    if (const Ended ended = std::exchange(ended_, nullptr)) ended(std::move(outcome));
}

void StatsSession::on_connected() {
    ask();
}

void StatsSession::on_disconnected() {
    timer_.cancel();
    asking_ = false;
}

void StatsSession::on_refused(const Error& error) {
    end(refused(error));
}

void StatsSession::ask() {
    if (unanswered_++ == patience) {
        log::warn("no report has come: is this the topic `stats`, and may the token read it?");
    }
    asking_ = true;
    uplink_.notify();
    timer_.expires_after(options_.every);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) ask();
    });
}

void StatsSession::gather(std::vector<wire::MessagePtr>& into, std::size_t) {
    if (std::exchange(asking_, false)) into.push_back(question_message());
}

void StatsSession::on_message(wire::MessagePtr message) {
    if (message->type() != wire::MessageType::text) return;
    const auto payload = std::as_const(*message).payload();
    const bool report = on_text_({reinterpret_cast<const char*>(payload.data()), payload.size()});
    if (report) unanswered_ = 0;
    if (report && options_.once) stop();
}

}  // namespace relay::client
