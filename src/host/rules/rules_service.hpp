// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/config.hpp"
#include "host/equipment/equipment_rules.hpp"
#include "host/rules/rules_editor.hpp"
#include "host/rules/rules_file.hpp"
#include "host/rules/rules_file_watch.hpp"
#include "net/io_threads.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace relay::host {

// The deciding side of the host, on a thread of its own, since it waits for the disk and the
// message path must not: the editor of the rules, and the rules file with its watch. What follows
// from its decisions is handed to the host.
class RulesService final : private RulesWatcher {
public:
    // Called on the service's thread, in the order of the decisions.
    struct Consequences {
        // Makes the same change to the host's own rules.
        std::function<void(std::function<void(Rules&)> change)> change_rules;
        std::function<void(std::vector<CameraRule>, std::vector<BridgeRule>)> set_equipment;
        // Why the rules file, as it is now, is not in force; empty: it is.
        std::function<void(std::string reason)> set_file_error;
    };

    // Config must outlive it.
    RulesService(const Config& config, Consequences consequences);
    ~RulesService();  // as stop()

    // Reads the rules file and the saved rules, and puts them in force. Errors are those of the
    // settings, the rules file and the state folder. From outside, once.
    Result<void> start();

    // From now on edits of the rules file take effect; one that was made since start() as well.
    // Errc::invalid when its folder cannot be watched. From outside.
    Result<void> watch();

    // Reads the rules file again. From any thread.
    void reload();

    // Ends the thread; what it was asked for and has not begun is not done any more.
    void stop() { threads_.stop(); }

    net::IoThread& thread() { return threads_[0]; }
    RulesEditor& editor() { return editor_; }  // on the thread

private:
    void on_destination_set(const Destination& destination) override;
    void on_destination_removed(const std::string& id) override;
    void on_streams_changed() override;

    Result<void> open();
    Result<FileRules> read_file() const;
    void read_again();

    const Config& config_;
    const Consequences consequences_;
    Rules rules_;
    RulesEditor editor_;
    bool is_open_ = false;  // rules are in force, which an empty file must not end
    net::IoThreads threads_{1};
    std::unique_ptr<RulesFileWatch> watch_;
};

}  // namespace relay::host
