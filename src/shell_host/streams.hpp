// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shell_host/dialler.hpp"
#include "shell_host/visit.hpp"
#include "shell_stream/frame.hpp"
#include "shell_stream/resumable_stream.hpp"
#include "tunnel/resumable_end.hpp"
#include "wire/close_code.hpp"
#include "wire/message.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>

namespace relay::shell_host {

class ResumableLeg;

// The resumable streams of a host, by id: begun by the first OPEN, continued on any later
// connection that proves to know the secret, forgotten when both ends have nothing left to say
// (docs/shell-protocol.md#the-life-of-a-stream). Has the targets dialled. On the executor's one
// thread, which runs no more when this is destroyed.
class Streams {
public:
    struct Limits {
        shell_stream::StreamSettings stream;
        std::chrono::milliseconds first_message{15'000};  // of a connection
    };

    // `has_room`: whether one more stream may begin.
    Streams(const boost::asio::any_io_executor& executor, const Limits& limits, Dialler& dialler,
            std::function<bool()> has_room);
    ~Streams();

    // The first message of a leg: has it carry its stream, or answers and closes it.
    void greet(ResumableLeg& leg, const wire::Message& first);
    // Its WebSocket has ended. By 4401 and 4403 the relay says that the client may not come back:
    // they end the stream.
    void left(ResumableLeg& leg, wire::CloseCode code);

    // Ends all streams: tells the clients that are connected, and drops the rest.
    void stop();

    std::size_t size() const { return entries_.size(); }
    const Limits& limits() const { return limits_; }
    shell_stream::ConnectionNumber next_number() { return ++last_number_; }

private:
    struct Entry;

    template <class Greeting>
    void go_on(Entry& entry, ResumableLeg& leg, const Greeting& greeting);
    void on_open(ResumableLeg& leg, const shell_stream::Open& open);
    void on_resume(ResumableLeg& leg, const shell_stream::Resume& resume);
    void begin(ResumableLeg& leg, const shell_stream::Open& open);
    static boost::asio::awaitable<void> reach(Streams& streams, Entry& entry, TargetAddress target,
                                              std::stop_token gone);
    void on_reached(Entry& entry, Result<FileDescriptor> socket);
    void on_change(const shell_stream::StreamId& id);
    Entry* find(const shell_stream::StreamId& id);

    boost::asio::any_io_executor executor_;
    Limits limits_;
    Dialler& dialler_;
    std::function<bool()> has_room_;
    shell_stream::ConnectionNumber last_number_ = 0;
    std::map<shell_stream::StreamId, std::unique_ptr<Entry>> entries_;
};

}  // namespace relay::shell_host
