// SPDX-License-Identifier: Apache-2.0
#include "booking/session_desk.hpp"

#include <gmock/gmock.h>

// What the desk does when the database has a say of its own. What it does with a database that
// works is in desk_contract_for_test.hpp.
namespace relay::booking {
namespace {

using namespace std::chrono_literals;
using testing::_;
using testing::NiceMock;
using testing::Return;

const BookingTime now = from_unix_seconds(1'795'500'000);

template <class Value>
using Listed = Result<std::vector<Value>>;
template <class Value>
using Perhaps = Result<std::optional<Value>>;
using Name = std::string_view;

struct CatalogueMock : CatalogueTable {
    MOCK_METHOD(Result<Catalogue>, all, (), (const, override));
    MOCK_METHOD(Perhaps<ListedPool>, pool, (Name), (const, override));
    MOCK_METHOD(Perhaps<ListedGroup>, group, (Name), (const, override));
    MOCK_METHOD(Listed<ListedGroup>, groups_named, (Name), (const, override));
    MOCK_METHOD(Perhaps<Offer>, offer, (Name), (const, override));
    MOCK_METHOD(Listed<Resource>, resources, (BookingTime), (const, override));
    MOCK_METHOD(Result<void>, put_pool, (const ListedPool&), (override));
    MOCK_METHOD(Result<void>, put_group, (const ListedGroup&), (override));
    MOCK_METHOD(Result<void>, put_offer, (const Offer&), (override));
    MOCK_METHOD(Result<bool>, retire_pool, (Name, BookingTime), (override));
    MOCK_METHOD(Result<bool>, retire_group, (Name, BookingTime), (override));
    MOCK_METHOD(Result<bool>, retire_offer, (Name, BookingTime), (override));
    MOCK_METHOD(Result<ResourceNumber>, add_resource, (), (override));
    MOCK_METHOD(Result<void>, bind_topic, (const Topic&, ResourceNumber), (override));
    MOCK_METHOD(Result<void>, set_available, (ResourceNumber, bool, Name), (override));
};

struct SessionMock : SessionTable {
    MOCK_METHOD(Listed<Candidate>, candidates, (Name, BookingTime), (const, override));
    MOCK_METHOD(Listed<Session>, of_user, (Name, BookingTime), (const, override));
    MOCK_METHOD(Listed<Session>, live, (BookingTime), (const, override));
    MOCK_METHOD(Perhaps<Session>, find, (Name), (const, override));
    MOCK_METHOD(Perhaps<Session>, find_by_key, (Name, Name), (const, override));
    MOCK_METHOD(Result<Outcome>, book, (const Booking&, Name), (override));
    MOCK_METHOD(Result<void>, begin_cancel, (Name, BookingTime, Name), (override));
    MOCK_METHOD(Result<void>, finish_cancel, (Name, BookingTime), (override));
    MOCK_METHOD(Result<Counts>, counts, (BookingTime), (const, override));
    MOCK_METHOD(Listed<std::string>, contradictions, (), (const, override));
};

struct DenialMock : DenialTable {
    MOCK_METHOD(Result<void>, add, (const Denial&), (override));
    MOCK_METHOD(Listed<Denial>, due, (BookingTime, std::size_t), (const, override));
    MOCK_METHOD(Perhaps<BookingTime>, next_due, (), (const, override));
    MOCK_METHOD(Listed<Denial>, pending, (Name), (const, override));
    MOCK_METHOD(Result<void>, settle, (Name, Name), (override));
    MOCK_METHOD(Result<void>, postpone, (Name, Name, BookingTime), (override));
};

struct RecordMock : RecordTable {
    MOCK_METHOD(Result<ServiceState>, state, (), (const, override));
    MOCK_METHOD(Result<void>, set_state, (const ServiceState&), (override));
    MOCK_METHOD(Result<void>, append_audit, (const AuditEntry&), (override));
    MOCK_METHOD(Listed<AuditEntry>, audit, (Interval, std::size_t), (const, override));
    MOCK_METHOD(Result<void>, count_refusal, (BookingTime, Name, Name, Name), (override));
    MOCK_METHOD(Listed<RefusalCount>, refusals, (Interval), (const, override));
    MOCK_METHOD(Listed<UseRecord>, uses, (Interval), (const, override));
    MOCK_METHOD(Result<void>, append_manifest, (BookingTime, Name, Name), (override));
};

struct TransactionMock : Transaction {
    NiceMock<CatalogueMock> catalogue_table;
    NiceMock<SessionMock> session_table;
    NiceMock<DenialMock> denial_table;
    NiceMock<RecordMock> record_table;

    CatalogueMock& catalogue() override { return catalogue_table; }
    SessionMock& sessions() override { return session_table; }
    DenialMock& denials() override { return denial_table; }
    RecordMock& records() override { return record_table; }
    const CatalogueMock& catalogue() const override { return catalogue_table; }
    const SessionMock& sessions() const override { return session_table; }
    const DenialMock& denials() const override { return denial_table; }
    const RecordMock& records() const override { return record_table; }
};

using Outcome = SessionTable::Outcome;

// A pool with the free rigs a, b, c; ada has a session `s1` on a rig with one relay.
struct MockedDesk {
    TransactionMock transaction;
    CatalogueMock& catalogue = transaction.catalogue_table;
    SessionMock& sessions = transaction.session_table;
    DenialMock& denials = transaction.denial_table;
    RecordMock& records = transaction.record_table;
    Session session{.booking = {.name = "s1", .user = "ada", .time = {now, now + 60s}}};

    MockedDesk() {
        ON_CALL(catalogue, pool).WillByDefault(Return(ListedPool{.id = "bench"}));
        ON_CALL(catalogue, all)
            .WillByDefault(Return(Catalogue{
                .pools = {{.id = "p"}}, .groups = {{.id = "g"}}, .offers = {{.id = "o"}}}));
        std::vector<Candidate> candidates;
        for (const char* id : {"a", "b", "c"})
            candidates.push_back({.offer = id, .expires = now + 1h});
        ON_CALL(sessions, candidates).WillByDefault(Return(candidates));
        ON_CALL(sessions, book).WillByDefault(Return(Outcome::booked));
        session.offer.activity.streams = {
            {.topic = {.audience = "https://r.example", .name = "t"}}};
        ON_CALL(sessions, find).WillByDefault(Return(session));
        ON_CALL(sessions, live).WillByDefault(Return(std::vector{session}));
    }

    Result<std::variant<Session, Refusal>> request() {
        const SessionRequest request{
            .user = "ada", .pool = "bench", .group = "", .duration = 60s, .idempotency_key = "k"};
        return request_session(transaction, request, now);
    }
    Result<Cancellation> cancel() { return cancel_session(transaction, "s1", "ada", "ada", now); }
};

const std::unexpected<Error> broken = fail(Errc::unavailable, "disk I/O error");

template <class Value>
std::string error_of(const Result<Value>& result) {
    return result ? "none" : result.error().detail;
}

TEST(SessionDesk, tries_the_next_rig_when_the_database_says_that_one_is_taken) {
    MockedDesk desk;
    EXPECT_CALL(desk.sessions, book(_, Name("a"))).WillOnce(Return(Outcome::taken));
    EXPECT_CALL(desk.sessions, book(_, Name("b"))).WillOnce(Return(Outcome::booked));
    EXPECT_CALL(desk.sessions, book(_, Name("c"))).Times(0);
    const auto answer = desk.request();
    ASSERT_TRUE(answer);
    EXPECT_TRUE(std::holds_alternative<Session>(*answer));
}

TEST(SessionDesk, has_none_available_when_all_are_taken) {
    MockedDesk desk;
    EXPECT_CALL(desk.sessions, book).Times(3).WillRepeatedly(Return(Outcome::taken));
    const auto answer = desk.request();
    ASSERT_TRUE(answer);
    ASSERT_TRUE(std::holds_alternative<Refusal>(*answer));
    EXPECT_EQ(std::get<Refusal>(*answer), Refusal::none_available);
}

TEST(SessionDesk, fails_when_a_booking_cannot_be_found_again) {
    MockedDesk desk;
    ON_CALL(desk.sessions, find).WillByDefault(Return(std::nullopt));
    EXPECT_EQ(error_of(desk.request()), "a booking is gone after it was written");
}

// What breaks, one thing at a time.
using Break = void (*)(MockedDesk&);

TEST(SessionDesk, hands_on_an_error_of_the_database_when_a_session_is_requested) {
    const Break breaks[] = {
        [](MockedDesk& desk) { ON_CALL(desk.sessions, find_by_key).WillByDefault(Return(broken)); },
        [](MockedDesk& desk) { ON_CALL(desk.catalogue, pool).WillByDefault(Return(broken)); },
        [](MockedDesk& desk) { ON_CALL(desk.records, state).WillByDefault(Return(broken)); },
        [](MockedDesk& desk) { ON_CALL(desk.sessions, of_user).WillByDefault(Return(broken)); },
        [](MockedDesk& desk) { ON_CALL(desk.sessions, candidates).WillByDefault(Return(broken)); },
        [](MockedDesk& desk) { ON_CALL(desk.sessions, book).WillByDefault(Return(broken)); },
        [](MockedDesk& desk) { ON_CALL(desk.sessions, find).WillByDefault(Return(broken)); },
        [](MockedDesk& desk) { ON_CALL(desk.records, append_audit).WillByDefault(Return(broken)); },
        [](MockedDesk& desk) {
            ON_CALL(desk.catalogue, pool).WillByDefault(Return(std::nullopt));
            ON_CALL(desk.records, count_refusal).WillByDefault(Return(broken));
        },
    };
    for (const Break& make_broken : breaks) {
        MockedDesk desk;
        EXPECT_EQ(error_of(desk.request()), "none");
        make_broken(desk);
        EXPECT_EQ(error_of(desk.request()), "disk I/O error") << &make_broken - breaks;
    }
}

TEST(SessionDesk, hands_on_an_error_of_the_database_when_a_session_is_cancelled) {
    const Break breaks[] = {
        [](MockedDesk& desk) { ON_CALL(desk.sessions, find).WillByDefault(Return(broken)); },
        [](MockedDesk& desk) {
            ON_CALL(desk.sessions, begin_cancel).WillByDefault(Return(broken));
        },
        [](MockedDesk& desk) { ON_CALL(desk.denials, add).WillByDefault(Return(broken)); },
        [](MockedDesk& desk) { ON_CALL(desk.records, append_audit).WillByDefault(Return(broken)); },
        [](MockedDesk& desk) {
            desk.session.offer.activity.streams.clear();
            ON_CALL(desk.sessions, find).WillByDefault(Return(desk.session));
            ON_CALL(desk.sessions, finish_cancel).WillByDefault(Return(broken));
        },
    };
    for (const Break& make_broken : breaks) {
        MockedDesk desk;
        EXPECT_EQ(error_of(desk.cancel()), "none");
        make_broken(desk);
        EXPECT_EQ(error_of(desk.cancel()), "disk I/O error") << &make_broken - breaks;
    }
}

TEST(SessionDesk, hands_on_an_error_of_the_database_when_a_cancellation_is_finished) {
    const Break breaks[] = {
        [](MockedDesk& desk) { ON_CALL(desk.sessions, find).WillByDefault(Return(broken)); },
        [](MockedDesk& desk) { ON_CALL(desk.denials, pending).WillByDefault(Return(broken)); },
        [](MockedDesk& desk) {
            ON_CALL(desk.sessions, finish_cancel).WillByDefault(Return(broken));
        },
    };
    for (const Break& make_broken : breaks) {
        MockedDesk desk;
        desk.session.booking.state = BookingState::cancelling;
        ON_CALL(desk.sessions, find).WillByDefault(Return(desk.session));
        EXPECT_EQ(error_of(finish_if_settled(desk.transaction, "s1", now)), "none");
        make_broken(desk);
        EXPECT_EQ(error_of(finish_if_settled(desk.transaction, "s1", now)), "disk I/O error")
            << &make_broken - breaks;
    }
}

TEST(SessionDesk, hands_on_an_error_of_the_database_when_everything_is_reset) {
    const Break breaks[] = {
        [](MockedDesk& desk) { ON_CALL(desk.sessions, live).WillByDefault(Return(broken)); },
        [](MockedDesk& desk) {
            ON_CALL(desk.sessions, begin_cancel).WillByDefault(Return(broken));
        },
        [](MockedDesk& desk) { ON_CALL(desk.catalogue, all).WillByDefault(Return(broken)); },
        [](MockedDesk& desk) {
            ON_CALL(desk.catalogue, retire_group).WillByDefault(Return(broken));
        },
        [](MockedDesk& desk) {
            ON_CALL(desk.catalogue, retire_offer).WillByDefault(Return(broken));
        },
        [](MockedDesk& desk) {
            ON_CALL(desk.catalogue, retire_pool).WillByDefault(Return(broken));
        },
        [](MockedDesk& desk) { ON_CALL(desk.records, append_audit).WillByDefault(Return(broken)); },
    };
    for (const Break& make_broken : breaks) {
        MockedDesk desk;
        EXPECT_EQ(error_of(reset(desk.transaction, "root", now)), "none");
        make_broken(desk);
        EXPECT_EQ(error_of(reset(desk.transaction, "root", now)), "disk I/O error")
            << &make_broken - breaks;
    }
}

}  // namespace
}  // namespace relay::booking
