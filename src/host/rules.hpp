// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace relay::host {

// A named set of feeds that travel together, such as a camera's video and audio.
struct Stream {
    std::string stream;
    std::vector<std::string> feeds;
};

// Connects one feed or stream to one remote WebSocket.
struct Destination {
    std::string id;
    std::string stream;       // the name of a stream or of a feed
    std::string destination;  // an access URL (http, https) with a token, else ws or wss
    Secret token;
    std::string token_file;  // path; read again at each connect, so that renewal needs no new rule
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
    void watch(RulesWatcher* watcher) { watcher_ = watcher; }

    // Adds the rule or replaces the one with its name or id; the rule as it was stored, names
    // without their leading slash. Errc::invalid says which field is wrong and why.
    Result<Stream> set_stream(Stream stream);
    Result<Destination> set_destination(Destination destination);

    // Without effect when there is none.
    void remove_stream(std::string_view name);
    void remove_destination(std::string_view id);
    void remove_all_streams();
    void remove_all_destinations();

    const Stream* find_stream(std::string_view name) const;
    const Destination* find_destination(std::string_view id) const;
    const std::map<std::string, Stream, std::less<>>& streams() const { return streams_; }
    const std::map<std::string, Destination, std::less<>>& destinations() const {
        return destinations_;
    }

    // What a destination of that name carries now: the stream's feeds; without such a stream the
    // feed itself, unless the name begins with `stream/`: then nothing until the stream is defined.
    std::vector<std::string> feeds_of(const std::string& name) const;

    // Whether what comes back from a destination of that name goes to local clients: from a feed's
    // does, from a stream's has nowhere to go.
    bool is_feed(const std::string& name) const;

private:
    std::map<std::string, Stream, std::less<>> streams_;
    std::map<std::string, Destination, std::less<>> destinations_;
    RulesWatcher* watcher_ = nullptr;
};

// The name of a feed, stream or destination without one leading "/": letters, digits and - _ . in
// parts separated by "/". Not `all` or `deleteAll`, which mean every one in the API. The error
// begins with `what`.
Result<std::string> parse_name(std::string_view text, std::string_view what);

}  // namespace relay::host
