// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/session_desk.hpp"
#include "booking/store_for_test.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace relay::booking {

// A desk over an empty backend, at a time that tests set. What a test writes is durable when the
// call returns; afterwards the whole database is searched for contradictions.
struct SessionDesk : testing::TestWithParam<MakeStoreForTest> {
    std::unique_ptr<StoreForTest> backend = GetParam()();
    BookingTime now = from_unix_seconds(1'795'500'000);

    void TearDown() override {
        using Lines = std::vector<std::string>;
        EXPECT_EQ(
            look<Lines>([](const Transaction& seen) { return seen.sessions().contradictions(); }),
            Lines());
    }

    // What one unit of work gives; an error fails the test.
    template <class Value, class Work>
    Value act(Work work) {
        return run<Value, Transaction&>(write_now, std::move(work));
    }
    template <class Value, class Work>
    Value look(Work work) {
        return run<Value, const Transaction&>(read_now, std::move(work));
    }
    void change(Store::Writing work) {
        const Result<void> done = write_now(backend->store(), std::move(work));
        EXPECT_TRUE(done) << (done ? "" : done.error().detail);
    }

    // The catalogue.
    void put_pool(const std::string& id) {
        change([&](Transaction& transaction) {
            return transaction.catalogue().put_pool(
                {.id = id, .pool = {.description = {.name = id, .type = "pool"}}});
        });
    }
    static Activity activity_with(const std::string& name, const std::vector<Topic>& topics) {
        Activity activity{.description = {.name = name, .type = "activity"},
                          .expires = from_unix_seconds(1'988'150'400)};
        for (const Topic& topic : topics) {
            activity.streams.push_back({.role = "data" + std::to_string(activity.streams.size()),
                                        .url = topic.audience + "/session/" + topic.name,
                                        .verb = "POST",
                                        .connection_type = "session",
                                        .topic = topic,
                                        .scopes = {"read", "write"}});
        }
        return activity;
    }
    ResourceNumber add_resource(const std::vector<Topic>& topics) {
        return act<ResourceNumber>([&](Transaction& transaction) {
            return new_resource(transaction.catalogue(), topics);
        });
    }
    void put_offer(const Offer& offer) {
        change([&](Transaction& transaction) { return transaction.catalogue().put_offer(offer); });
    }
    // A rig of its own with one stream at each relay; none make it a simulation.
    Offer put_rig(const std::string& id, std::vector<std::string> pools = {"bench"},
                  const std::vector<std::string>& relays = {"https://relay.example/access"}) {
        std::vector<Topic> topics;
        for (const std::string& relay : relays) topics.push_back({relay, id + "-data"});
        Offer offer{
            .id = id, .key = id, .activity = activity_with(id, topics), .pools = std::move(pools)};
        change([&](Transaction& transaction) -> Result<void> {
            const auto number = new_resource(transaction.catalogue(), topics);
            if (!number) return std::unexpected(number.error());
            offer.resource = *number;
            return transaction.catalogue().put_offer(offer);
        });
        return offer;
    }
    Offer put_simulation(const std::string& id, std::vector<std::string> pools = {"bench"}) {
        return put_rig(id, std::move(pools), {});
    }
    void set_state(const ServiceState& state) {
        change([&](Transaction& transaction) { return transaction.records().set_state(state); });
    }

    // Sessions.
    using Answer = std::variant<Session, Refusal>;
    static SessionRequest for_user(std::string user, std::string pool = "bench",
                                   std::chrono::seconds duration = std::chrono::seconds(600)) {
        return {.user = std::move(user),
                .pool = std::move(pool),
                .group = "optics",
                .duration = duration};
    }
    Answer request(const SessionRequest& request) {
        return act<Answer>(
            [&](Transaction& transaction) { return request_session(transaction, request, now); });
    }
    std::optional<Refusal> refusal(const SessionRequest& of) {
        const Answer answer = request(of);
        const Refusal* refusal = std::get_if<Refusal>(&answer);
        return refusal ? std::optional(*refusal) : std::nullopt;
    }
    // Has to succeed.
    Session book(const SessionRequest& of) {
        const Answer answer = request(of);
        const Session* session = std::get_if<Session>(&answer);
        EXPECT_TRUE(session) << name_of(session ? Refusal::locked : std::get<Refusal>(answer));
        return session ? *session : Session();
    }
    Result<Cancellation> cancel(const std::string& name, const std::string& user = "") {
        Result<Cancellation> result = Cancellation::done;
        const Result<void> done =
            write_now(backend->store(), [&](Transaction& transaction) -> Result<void> {
                const std::string by = user.empty() ? "admin" : user;
                result = cancel_session(transaction, name, user, by, now);
                if (!result) return std::unexpected(result.error());
                return {};
            });
        EXPECT_EQ(done.has_value(), result.has_value());
        return result;
    }
    // As after a relay's answer.
    void settle(const std::string& name, const std::string& relay) {
        change([&](Transaction& transaction) {
            const Result<void> settled = transaction.denials().settle(name, relay);
            return settled ? finish_if_settled(transaction, name, now) : settled;
        });
    }

    // What there is.
    std::optional<Session> find(const std::string& name) {
        return look<std::optional<Session>>(
            [&](const Transaction& seen) { return seen.sessions().find(name); });
    }
    BookingState state_of(const std::string& name) {
        const std::optional<Session> session = find(name);
        EXPECT_TRUE(session);
        return session ? session->booking.state : BookingState::cancelled;
    }
    std::vector<std::string> sessions_of(const std::string& user) {
        return names(look<std::vector<Session>>(
            [&](const Transaction& seen) { return seen.sessions().of_user(user, now); }));
    }
    std::vector<std::string> live() {
        return names(look<std::vector<Session>>(
            [&](const Transaction& seen) { return seen.sessions().live(now); }));
    }
    std::vector<Denial> pending(const std::string& name) {
        std::vector<Denial> denials = look<std::vector<Denial>>(
            [&](const Transaction& seen) { return seen.denials().pending(name); });
        std::ranges::sort(denials, {}, &Denial::relay);
        return denials;
    }
    std::vector<AuditEntry> audit() {
        const Interval always{BookingTime(), now + std::chrono::hours(48)};
        return look<std::vector<AuditEntry>>(
            [&](const Transaction& seen) { return seen.records().audit(always, 1000); });
    }
    std::vector<RefusalCount> refusals() {
        const Interval always{BookingTime(), now + std::chrono::hours(48)};
        return look<std::vector<RefusalCount>>(
            [&](const Transaction& seen) { return seen.records().refusals(always); });
    }

private:
    static Result<ResourceNumber> new_resource(CatalogueTable& catalogue,
                                               const std::vector<Topic>& topics) {
        const Result<ResourceNumber> number = catalogue.add_resource();
        for (const Topic& topic : topics) {
            if (!number) break;
            const Result<void> bound = catalogue.bind_topic(topic, *number);
            if (!bound) return std::unexpected(bound.error());
        }
        return number;
    }
    template <class Value, class View, class Work>
    Value run(Result<void> (*when)(Store&, std::move_only_function<Result<void>(View)>),
              Work work) {
        std::optional<Value> value;
        const Result<void> done = when(backend->store(), [&](View view) -> Result<void> {
            Result<Value> result = work(view);
            if (!result) return std::unexpected(std::move(result.error()));
            value.emplace(std::move(*result));
            return {};
        });
        EXPECT_TRUE(done) << (done ? "" : done.error().detail);
        return value ? std::move(*value) : Value();
    }
    static std::vector<std::string> names(const std::vector<Session>& sessions) {
        std::vector<std::string> list;
        for (const Session& session : sessions) list.push_back(session.booking.name);
        return list;
    }
};

}  // namespace relay::booking
