// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "host/feeds/name.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace relay::host {

// Commands arrive on this feed (control.hpp); the destination of that id, which the settings alone
// make, brings them from a relay.
inline constexpr std::string_view control_feed = "api";
inline constexpr std::string_view control_id = "apiRule";

// A named set of feeds that travel together, such as a camera's video and audio.
struct Stream {
    std::string stream;
    std::vector<std::string> feeds;

    bool operator==(const Stream&) const = default;
};

// Connects one feed or stream to one remote WebSocket.
struct Destination {
    std::string id;
    std::string stream;       // the name of a stream or of a feed
    std::string destination;  // an access URL (http, https) with a token, else ws or wss
    Secret token;
    std::string token_file;  // path; read again at each connect, so that renewal needs no new rule
    std::string file = {};   // record what is sent to this path below the record folder; or empty

    bool operator==(const Destination&) const = default;
};

// By name and by id.
using Streams = std::map<std::string, Stream, std::less<>>;
using DestinationRules = std::map<std::string, Destination, std::less<>>;

struct RuleSet {
    Streams streams;
    DestinationRules destinations;
};

// Told of changes, after they were made. Must not change the rules.
class RulesWatcher {
public:
    virtual void on_destination_set(const Destination& destination) = 0;  // new or replaced
    virtual void on_destination_removed(const std::string& id) = 0;
    virtual void on_streams_changed() = 0;

protected:
    ~RulesWatcher() = default;
};

// What goes where (spec: session-host §1). In memory only. No threads of its own.
class Rules {
public:
    // Recordings are named below the folder; empty: there are none.
    explicit Rules(std::filesystem::path record_folder = {})
        : record_folder_(std::move(record_folder)) {}

    void watch(RulesWatcher* watcher) { watcher_ = watcher; }

    // The rule as it would be stored: names without their leading slash, recordings below their
    // folder. Errc::invalid says which field is wrong and why.
    Result<Stream> checked(Stream stream) const;
    Result<Destination> checked(Destination destination) const;

    // Adds the rule or replaces the one with its name or id; the rule as it was stored, or as
    // checked() refuses it.
    Result<Stream> set_stream(Stream stream);
    Result<Destination> set_destination(Destination destination);

    // Replaces all streams by these, which have been checked.
    void set_streams(Streams streams);

    // Without effect when there is none.
    void remove_stream(std::string_view name);
    void remove_destination(std::string_view id);
    void remove_all_streams();
    void remove_all_destinations();

    const Stream* find_stream(std::string_view name) const;
    const Destination* find_destination(std::string_view id) const;
    const Streams& streams() const { return streams_; }
    const DestinationRules& destinations() const { return destinations_; }

    // What a destination of that name carries now: the stream's feeds; without such a stream the
    // feed itself, unless the name begins with `stream/`: then nothing until the stream is defined.
    std::vector<std::string> feeds_of(const std::string& name) const;

    // Whether what comes back from a destination of that name goes to local clients: from a feed's
    // does, from a stream's has nowhere to go.
    bool is_feed(const std::string& name) const;

private:
    std::filesystem::path record_folder_;
    Streams streams_;
    DestinationRules destinations_;
    RulesWatcher* watcher_ = nullptr;
};

}  // namespace relay::host
