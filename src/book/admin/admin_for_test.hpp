// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/temporary_folder_for_test.hpp"
#include "book/admin/endpoints.hpp"
#include "book/http/reply.hpp"
#include "booking/catalogue_desk.hpp"
#include "booking/session_desk.hpp"
#include "booking/store_for_test.hpp"
#include "booking_sqlite/open.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// What the tests of the administrators' API share: a store, and its endpoints without a server.
namespace relay::book::test {

using booking::BookingTime;
using booking::Transaction;
using nlohmann::json;
using namespace std::chrono_literals;

// An activity with one stream, at the topic.
inline booking::Activity laser(const std::string& topic, const std::string& name = "Laser") {
    booking::Activity activity;
    activity.description = {.name = name, .type = "laser"};
    activity.expires = booking::from_unix_seconds(1'988'150'400);
    activity.streams = {{.role = "data",
                         .url = "https://relay.lab.test/session/" + topic,
                         .verb = "POST",
                         .connection_type = "session",
                         .topic = {"https://relay.lab.test", topic},
                         .scopes = {"read"}}};
    return activity;
}

class AdminTest : public testing::Test {
protected:
    ~AdminTest() override { store->stop(); }

    // The answer of the endpoint, after its check, as the server gives it.
    net::HttpResponse call(const std::string& method, const std::string& target,
                           const json& body = nullptr, const std::string& text = "") {
        Call made;
        made.request = {.method = method, .target = "/api/v1" + target, .body = text};
        made.claims.subject = "root";
        made.body = body;
        made.now = WallTime(now);
        const std::string path = target.substr(0, target.find('?'));
        const auto endpoint = std::ranges::find_if(endpoints, [&](const Endpoint& candidate) {
            return candidate.method == method && candidate.pattern == path;
        });
        if (endpoint == endpoints.end()) return framework_error(404, 404, "no such endpoint");
        EXPECT_EQ(endpoint->access, Access::admin);
        if (endpoint->check)
            if (auto refused = endpoint->check(made)) return std::move(*refused);
        return answer_of(*endpoint, made);
    }
    json get(const std::string& target) {
        const auto response = call("GET", target);
        EXPECT_EQ(response.status, 200) << response.body;
        return json::parse(response.body, nullptr, false);
    }

    void write(booking::Store::Writing work) {
        const auto done = booking::write_now(*store, std::move(work));
        ASSERT_TRUE(done) << done.error().detail;
    }
    void read(booking::Store::Reading work) {
        const auto done = booking::read_now(*store, std::move(work));
        ASSERT_TRUE(done) << done.error().detail;
    }

    void put_pool(const std::string& id, const std::string& name = "Bench") {
        booking::Pool pool;
        pool.description = {.name = name, .type = "pool"};
        write([&](Transaction& transaction) {
            return transaction.catalogue().put_pool({id, "", pool});
        });
    }
    void put_group(const std::string& id, const std::vector<std::string>& pools) {
        booking::Group group;
        group.description = {.name = "optics", .type = "group"};
        write([&](Transaction& transaction) {
            return transaction.catalogue().put_group({id, "", group, pools});
        });
    }
    void put_activity(const std::string& pool, const std::string& id,
                      const booking::Activity& activity) {
        write([&](Transaction& transaction) {
            return booking::put_activity(transaction, pool, id, activity, now);
        });
    }
    // The name of the session, or why there is none.
    std::string book(const std::string& pool, const std::string& user,
                     std::chrono::seconds duration = 20min) {
        std::string name;
        write([&](Transaction& transaction) -> Result<void> {
            const auto booked = booking::request_session(transaction,
                                                         {.user = user,
                                                          .pool = pool,
                                                          .group = "optics",
                                                          .duration = duration,
                                                          .max_sessions = 5,
                                                          .idempotency_key = ""},
                                                         now);
            if (!booked) return std::unexpected(booked.error());
            const auto* session = std::get_if<booking::Session>(&*booked);
            name = session ? session->booking.name
                           : std::string(name_of(std::get<booking::Refusal>(*booked)));
            return {};
        });
        return name;
    }
    void cancel(const std::string& name) {
        write([&](Transaction& transaction) -> Result<void> {
            const auto done = booking::cancel_session(transaction, name, "", "root", now);
            if (!done) return std::unexpected(done.error());
            return {};
        });
    }
    std::vector<booking::Session> live() {
        std::vector<booking::Session> sessions;
        read([&](const Transaction& transaction) -> Result<void> {
            sessions = transaction.sessions().live(now).value();
            return {};
        });
        return sessions;
    }
    booking::Catalogue catalogue() {
        booking::Catalogue all;
        read([&](const Transaction& transaction) -> Result<void> {
            all = transaction.catalogue().all().value();
            return {};
        });
        return all;
    }
    std::vector<std::string> contradictions() {
        std::vector<std::string> found;
        read([&](const Transaction& transaction) -> Result<void> {
            found = transaction.sessions().contradictions().value();
            return {};
        });
        return found;
    }

    BookingTime now = booking::from_unix_seconds(1'795'341'600);  // 2026-11-22T10:00:00Z
    TemporaryFolder folder;
    std::unique_ptr<booking::Store> store =
        std::move(booking_sqlite::open(folder / "book.db").value());
    int denials_told = 0;
    std::vector<Endpoint> endpoints = admin_endpoints([this] { ++denials_told; });

private:
    net::HttpResponse answer_of(const Endpoint& endpoint, const Call& made) {
        std::optional<net::HttpResponse> response;
        const auto work_of = [&](const auto& handler) {
            return [&](auto& transaction) -> Result<void> {
                auto answer = handler(made, transaction);
                if (!answer) return std::unexpected(std::move(answer.error()));
                response = std::move(*answer);
                return {};
            };
        };
        const auto run = [&](const auto& answer) -> Result<void> {
            using Kind = std::remove_cvref_t<decltype(answer)>;
            if constexpr (std::is_same_v<Kind, Reading>)
                return booking::read_now(*store, work_of(answer));
            else if constexpr (std::is_same_v<Kind, Reporting>)
                return booking::report_now(*store, work_of(answer.read));
            else if constexpr (std::is_same_v<Kind, Writing>)
                return booking::write_now(*store, work_of(answer));
            else
                return fail(Errc::internal, "not an answer of administrators");
        };
        Result<void> done;
        if (const auto* preparing = std::get_if<Preparing>(&endpoint.answer)) {
            const auto prepared = (*preparing)(made);
            if (!prepared) return prepared.error();
            done = std::visit(run, *prepared);
        } else {
            done = std::visit(run, endpoint.answer);
        }
        if (!done) return error_reply(done.error());
        if (endpoint.written) endpoint.written();
        return response.value();
    }
};

}  // namespace relay::book::test
