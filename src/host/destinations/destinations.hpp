// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "host/config.hpp"
#include "host/destinations/destination_link.hpp"
#include "host/rules/rules.hpp"
#include "record/recorder.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace relay::host {

// Does what the rules say: one link per destination, composed anew whenever a stream changes.
// On the host's thread.
class Destinations final : public RulesWatcher {
public:
    // Watches the rules until destruction.
    Destinations(boost::asio::io_context& context, const Config& config, Rules& rules,
                 Feeds& feeds);
    ~Destinations();

    // Opens the folder of recordings, if there is one; before the first rule that records.
    // Errc::unavailable when it is missing or not writable.
    Result<void> open_recorder();

    // Reads the certificates that connections use; before the first rule. Errc::invalid, with the
    // setting and the file, when one cannot be used.
    Result<void> read_connection_settings();

    // Closes all connections in order; `ended` is called when the last one is closed.
    void stop(std::function<void()> ended);

    const DestinationLink* find(const std::string& id) const;

private:
    void on_destination_set(const Destination& destination) override;
    void on_destination_removed(const std::string& id) override;
    void on_streams_changed() override;
    void compose(DestinationLink& link, const std::string& stream);
    uplink::Settings settings_for(const std::string& id) const;
    std::unique_ptr<record::Recording> begin_recording(const Destination& rule);

    boost::asio::io_context& context_;
    const Config& config_;
    Rules& rules_;
    Feeds& feeds_;
    hub::OutboxLimits limits_;
    uplink::Settings uplink_settings_;            // of all links
    std::unique_ptr<record::Recorder> recorder_;  // outlives the recordings of the links
    std::map<std::string, std::unique_ptr<DestinationLink>> links_;
};

}  // namespace relay::host
