// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/feeds/feed.hpp"
#include "host/rules/rules_editor.hpp"
#include "net/io_threads.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace relay::host {

// Serves the feed of commands: what local clients and destinations send there is answered, in
// order, by one text message each to all of them. Belongs to the host's thread; the editor works on
// its own. Both threads must have stopped, or the editor's at least, before it is destroyed.
class ControlFeed {
public:
    ControlFeed(Feeds& feeds, net::IoThread& thread, net::IoThread& editor_thread,
                RulesEditor& editor);

private:
    static constexpr std::size_t longest_command = 64 * 1024;  // bytes
    static constexpr std::size_t most_waiting = 1000;          // commands; more are refused

    void on_command(const wire::MessagePtr& message);
    void announce(const std::string& reply);

    net::IoThread& thread_;
    net::IoThread& editor_thread_;
    RulesEditor& editor_;
    std::shared_ptr<Feed> feed_;
    std::size_t waiting_ = 0;
};

}  // namespace relay::host
