// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "load/config.hpp"
#include "load/connection.hpp"
#include "load/loop.hpp"
#include "load/payload.hpp"
#include "load/report.hpp"
#include "load/resolver.hpp"
#include "load/topic.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace relay::load {

class Publisher;
class Reader;

// One thread's share of the load: whole topics, so that their publishers and readers meet without
// locks. Made and asked for its report by one thread; in between each phase may run on any one.
class Worker final : private Connection::Observer {
public:
    // Both outlive it. `processes` is empty for all workers but one.
    Worker(const Config& config, const Payload& payload, bool watches_memory);
    ~Worker();

    // Adds the connections of one topic.
    Result<void> add_topic(std::uint32_t number, const std::vector<const Group*>& groups);

    // The phases, each of which returns when it is over.
    void connect();
    void settle();
    void publish(SteadyTime start);

    std::size_t publisher_count() const { return publishers_.size(); }
    // Where in the common period this worker's publishers begin: [first, first + own) of `all`.
    void place_publishers(std::size_t first, std::size_t all);

    Report report() const;

private:
    void opening_done(Connection& connection) override;
    void ended_by_peer(Connection& connection) override;
    Result<void> add_group(const Group& group, Topic& topic);
    void add_connection(const Group& group, Topic& topic, Opening opening);
    Tally& tally_of(const std::string& reader_class);
    template <class Action>
    void for_each_connection(Action action);
    void start_openings();
    void finish_at(SteadyTime time);
    SteadyTime first_publication(std::size_t publisher, SteadyTime start) const;
    void pump_publishers();
    void look_for_end();
    void watch_memory();
    bool publishers_done() const;
    bool readers_finished() const;
    void note_progress(SteadyTime now);

    const Config& config_;
    const Payload& payload_;
    bool watches_memory_;
    Loop loop_;
    Resolver resolver_;
    std::map<std::string, ClassReport> classes_;
    Tally echoes_;  // what came back to publishers
    std::vector<std::unique_ptr<Topic>> topics_;
    std::vector<std::unique_ptr<Connection>> idle_;
    std::vector<std::unique_ptr<Reader>> readers_;
    std::vector<std::unique_ptr<Publisher>> publishers_;
    std::size_t first_place_ = 0;
    std::size_t places_ = 1;

    std::vector<Connection*> unopened_;  // last first
    std::size_t opening_ = 0;
    unsigned phase_ = 0;

    SteadyTime start_;
    SteadyTime last_delivery_;
    SteadyTime last_progress_;  // delivery, or a reason for one to come
    std::uint64_t delivered_ = 0;
    std::uint64_t sent_ = 0;
    Report report_;
};

}  // namespace relay::load
