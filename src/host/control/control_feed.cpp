// SPDX-License-Identifier: Apache-2.0
#include "host/control/control_feed.hpp"

#include "host/control/control.hpp"

#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

namespace relay::host {

ControlFeed::ControlFeed(Feeds& feeds, net::IoThread& thread, net::IoThread& editor_thread,
                         RulesEditor& editor)
    : thread_(thread),
      editor_thread_(editor_thread),
      editor_(editor),
      feed_(feeds.obtain(std::string(control_feed), std::chrono::steady_clock::now())) {
    feed_->serve([this](const wire::MessagePtr& message) { on_command(message); });
}

void ControlFeed::on_command(const wire::MessagePtr& message) {
    if (waiting_ == most_waiting || message->size() > longest_command) {
        // Not at once: a feed's clients must not be spoken to while one of them is being heard.
        thread_.post([this] { announce(unrecognised_command()); });
        return;
    }
    ++waiting_;
    editor_thread_.post([this, message] {
        const auto text = message->payload();
        auto reply =
            answer_command(editor_, {reinterpret_cast<const char*>(text.data()), text.size()});
        thread_.post([this, reply = std::move(reply)] {
            --waiting_;
            if (reply) announce(*reply);
        });
    });
}

void ControlFeed::announce(const std::string& reply) {
    feed_->announce(
        wire::Message::copy_of({reinterpret_cast<const std::uint8_t*>(reply.data()), reply.size()},
                               wire::MessageType::text),
        std::chrono::steady_clock::now());
}

}  // namespace relay::host
