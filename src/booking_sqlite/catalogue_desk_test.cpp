// SPDX-License-Identifier: Apache-2.0
#include "booking/catalogue_desk.hpp"

#include "base/temporary_folder_for_test.hpp"
#include "booking/manifest_for_test.hpp"
#include "booking/store_for_test.hpp"
#include "booking_sqlite/open.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace relay::booking_sqlite {
namespace {

using namespace relay::booking;
using namespace std::chrono_literals;
using Kind = ManifestChange::Kind;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr BookingTime now = manifest_test_time;

// Benches by name, each a rig of its own; all in one pool, one of them in a second pool.
std::string lab(std::initializer_list<std::string_view> benches, std::string_view pool = "bench",
                std::string_view first_rig = "") {
    std::string names, activities;
    for (const std::string_view bench : benches) {
        names += fmt::format("{}{}", names.empty() ? "" : ", ", bench);
        const bool is_first = bench == *benches.begin() && !first_rig.empty();
        activities +=
            fmt::format("  {}: \n    description: d\n    exp: 1988150400\n    streams:\n{}", bench,
                        streams_for_test(is_first ? first_rig : bench));
    }
    return fmt::format(
        "pools:\n  {0}: {{description: {{name: Bench, type: t}}, activities: [{1}]}}\n"
        "  extra: {{description: {{name: Extra, type: t}}, activities: [{2}, orbit]}}\n"
        "groups: {{course: {{pools: [{0}]}}}}\ndescriptions: {{d: {{name: Thing, type: t}}}}\n"
        "activities:\n  orbit: {{description: d, exp: 1988150400}}\n{3}",
        pool, names, *benches.begin(), activities);
}

class CatalogueDeskTest : public testing::Test {
protected:
    Result<std::vector<ManifestChange>> upload(const std::string& yaml) {
        std::vector<ManifestChange> changes;
        const auto done = write_now(store(), [&](Transaction& transaction) -> Result<void> {
            auto replaced = replace_catalogue(transaction, parsed_for_test(yaml), now);
            if (!replaced) return std::unexpected(replaced.error());
            changes = std::move(*replaced);
            return {};
        });
        EXPECT_THAT(contradictions(), IsEmpty());
        if (!done) return std::unexpected(done.error());
        return changes;
    }

    Result<std::vector<ManifestChange>> preview(const std::string& yaml) {
        std::vector<ManifestChange> changes;
        const auto done = read_now(store(), [&](const Transaction& transaction) -> Result<void> {
            auto replaced = preview_catalogue(transaction, parsed_for_test(yaml), now);
            if (!replaced) return std::unexpected(replaced.error());
            changes = std::move(*replaced);
            return {};
        });
        if (!done) return std::unexpected(done.error());
        return changes;
    }

    Result<void> put(std::string_view pool, std::string_view id, const Activity& activity) {
        auto done = write_now(store(), [&](Transaction& transaction) {
            return put_activity(transaction, pool, id, activity, now);
        });
        EXPECT_THAT(contradictions(), IsEmpty());
        return done;
    }

    // Reads something in a transaction of its own.
    template <class Read>
    auto seen(Read read) {
        typename decltype(read(std::declval<const Transaction&>()))::value_type value;
        const auto done = read_now(store(), [&](const Transaction& transaction) -> Result<void> {
            auto found = read(transaction);
            if (!found) return std::unexpected(found.error());
            value = std::move(*found);
            return {};
        });
        EXPECT_TRUE(done) << done.error().detail;
        return value;
    }
    Catalogue catalogue() {
        return seen([](const Transaction& transaction) { return transaction.catalogue().all(); });
    }
    std::vector<std::string> contradictions() {
        return seen(
            [](const Transaction& transaction) { return transaction.sessions().contradictions(); });
    }
    Offer offer(std::string_view key) {
        const Catalogue all = catalogue();
        const auto found = std::ranges::find(all.offers, key, &Offer::key);
        return found == all.offers.end() ? Offer{} : *found;
    }
    ListedPool pool(std::string_view key) {
        const Catalogue all = catalogue();
        const auto found = std::ranges::find(all.pools, key, &ListedPool::key);
        return found == all.pools.end() ? ListedPool{} : *found;
    }

    SessionTable::Outcome book(const std::string& name, const Offer& offer) {
        Booking booking;
        booking.name = name;
        booking.user = "student";
        booking.pool = offer.pools.at(0);
        booking.time = {now, now + 1h};
        booking.created = now;
        auto outcome = SessionTable::Outcome::taken;
        const auto done = write_now(store(), [&](Transaction& transaction) -> Result<void> {
            const auto booked = transaction.sessions().book(booking, offer.id);
            if (!booked) return std::unexpected(booked.error());
            outcome = *booked;
            return {};
        });
        EXPECT_TRUE(done) << done.error().detail;
        return outcome;
    }
    std::optional<Session> session(const std::string& name) {
        return seen(
            [&](const Transaction& transaction) { return transaction.sessions().find(name); });
    }

    Store& store() { return *store_; }
    void reopen() {
        store_.reset();
        store_ = opened();
    }
    std::unique_ptr<Store> opened() {
        auto store = open(folder_.path() / "book.db");
        EXPECT_TRUE(store) << store.error().detail;
        return store ? std::move(*store) : nullptr;
    }

    TemporaryFolder folder_;
    std::unique_ptr<Store> store_ = opened();
};

TEST_F(CatalogueDeskTest, TheSameManifestAgainChangesNothing) {
    ASSERT_THAT(upload(lab({"laser", "rod"})).value(), SizeIs(6));
    const Catalogue first = catalogue();
    EXPECT_THAT(first.offers, SizeIs(3));
    EXPECT_THAT(upload(lab({"laser", "rod"})).value(), IsEmpty());
    EXPECT_EQ(catalogue(), first);
    reopen();
    EXPECT_THAT(upload(lab({"laser", "rod"})).value(), IsEmpty());
    EXPECT_EQ(catalogue(), first);
}

TEST_F(CatalogueDeskTest, APreviewTellsTheSameAndChangesNothing) {
    upload(lab({"laser", "rod"}));
    const Catalogue before = catalogue();
    const auto previewed = preview(lab({"rod", "heat"}, "benches"));
    ASSERT_TRUE(previewed) << previewed.error().detail;
    EXPECT_EQ(catalogue(), before);
    EXPECT_EQ(upload(lab({"rod", "heat"}, "benches")).value(), *previewed);
    EXPECT_NE(catalogue(), before);
}

TEST_F(CatalogueDeskTest, SessionsGoOnWhenTheirActivityIsWithdrawnAndItsEquipmentStaysTaken) {
    upload(lab({"laser", "rod"}));
    const Offer laser = offer("laser");
    ASSERT_EQ(book("session", laser), SessionTable::Outcome::booked);
    const auto before = session("session");
    ASSERT_TRUE(upload(lab({"rod"})));
    EXPECT_EQ(offer("laser"), Offer{});
    EXPECT_EQ(session("session"), before);

    ASSERT_TRUE(upload(lab({"laser", "rod"})));
    EXPECT_NE(offer("laser").id, laser.id);
    EXPECT_EQ(offer("laser").resource, laser.resource);
    EXPECT_EQ(book("other", offer("laser")), SessionTable::Outcome::taken);
    EXPECT_EQ(book("other", offer("rod")), SessionTable::Outcome::booked);
}

TEST_F(CatalogueDeskTest, ASessionKeepsWhatItWasGivenWhenTheActivityChanges) {
    upload(lab({"laser"}));
    ASSERT_EQ(book("session", offer("laser")), SessionTable::Outcome::booked);
    const auto before = session("session");
    std::string text = lab({"laser"});
    text.replace(text.rfind("[read]"), 6, "[read, write]");
    EXPECT_THAT(upload(text).value(),
                ElementsAre(ManifestChange{Kind::changed, "activity", "laser", "streams"}));
    EXPECT_EQ(session("session"), before);
    EXPECT_EQ(offer("laser").id, before->offer.id);
    EXPECT_NE(offer("laser").activity, before->offer.activity);
}

TEST_F(CatalogueDeskTest, AnActivityMovesFromAPoolThatGoesToOneThatComes) {
    upload(lab({"laser", "rod"}));
    const Catalogue before = catalogue();
    const auto changes = upload(lab({"laser", "rod"}, "benches"));
    ASSERT_TRUE(changes);
    EXPECT_THAT(*changes, ElementsAre(ManifestChange{Kind::removed, "pool", "bench", ""},
                                      ManifestChange{Kind::added, "pool", "benches", ""},
                                      ManifestChange{Kind::changed, "activity", "laser", "pools"},
                                      ManifestChange{Kind::changed, "activity", "rod", "pools"},
                                      ManifestChange{Kind::changed, "group", "course", "pools"}));
    EXPECT_EQ(offer("rod").id, before.offers.at(2).id);
    EXPECT_THAT(offer("rod").pools, ElementsAre(pool("benches").id));
    EXPECT_THAT(catalogue().groups.at(0).pools, ElementsAre(pool("benches").id));
}

TEST_F(CatalogueDeskTest, AnActivityOfOtherEquipmentIsAnotherOneUnderTheSameKey) {
    upload(lab({"laser", "rod"}));
    const Offer before = offer("laser");
    ASSERT_EQ(book("session", before), SessionTable::Outcome::booked);
    ASSERT_TRUE(upload(lab({"laser", "rod"}, "bench", "laser-9")));
    EXPECT_NE(offer("laser").id, before.id);
    EXPECT_EQ(book("other", offer("laser")), SessionTable::Outcome::booked);
}

TEST_F(CatalogueDeskTest, WhatCannotBeDoneNowChangesNothing) {
    upload(lab({"laser", "rod"}));
    const Catalogue before = catalogue();
    ASSERT_EQ(book("session", offer("rod")), SessionTable::Outcome::booked);
    const std::string joined = lab({"laser", "rod"}, "benches", "rod");  // two ways to use one rig
    ASSERT_TRUE(upload(joined)) << "laser leaves its rig, and is of the one that is in use";
    EXPECT_EQ(offer("laser").resource, offer("rod").resource);
    EXPECT_EQ(book("other", offer("laser")), SessionTable::Outcome::taken);

    const Catalogue shared = catalogue();
    std::string parted = lab({"laser", "rod"}, "benches", "rod");
    const std::size_t video = parted.rfind("      video:");  // laser has data, rod has video
    parted.erase(video, parted.find('\n', video) + 1 - video);
    const std::size_t data = parted.find("      data:");
    parted.erase(data, parted.find('\n', data) + 1 - data);
    for (const auto& result : {preview(parted), upload(parted)}) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, Errc::conflict);
        EXPECT_EQ(result.error().detail,
                  "topics rod-video and rod-data would no longer be one piece of equipment, which "
                  "is in use until 2030-01-01T01:00:00Z: try again then");
    }
    EXPECT_EQ(catalogue(), shared);
}

TEST_F(CatalogueDeskTest, TheWholeCatalogueMayGoAndComeBack) {
    upload(lab({"laser", "rod"}));
    const Offer laser = offer("laser");
    EXPECT_THAT(upload("pools: {}\n").value(), SizeIs(6));
    EXPECT_EQ(catalogue(), Catalogue{});
    ASSERT_TRUE(upload(lab({"laser", "rod"})));
    EXPECT_EQ(offer("laser").resource, laser.resource);
}

TEST_F(CatalogueDeskTest, AnActivityOfTheApiSharesTheEquipmentOfItsTopics) {
    upload(lab({"laser", "rod"}));
    Activity other = offer("laser").activity;
    other.description.name = "Another way";
    ASSERT_TRUE(put(pool("bench").id, "by-hand", other));
    ASSERT_EQ(book("session", offer("")), SessionTable::Outcome::booked);
    EXPECT_EQ(book("other", offer("laser")), SessionTable::Outcome::taken);

    other.description.name = "Changed";
    ASSERT_TRUE(put(pool("extra").id, "by-hand", other));
    EXPECT_THAT(offer("").pools, ElementsAre(pool("bench").id, pool("extra").id));
    EXPECT_EQ(offer("").activity, other);
    EXPECT_EQ(session("session")->offer.activity.description.name, "Another way");

    EXPECT_THAT(upload(lab({"laser", "rod"})).value(),
                ElementsAre(ManifestChange{Kind::removed, "activity", "Changed", ""}));
}

TEST_F(CatalogueDeskTest, AnActivityThatJoinsEquipmentMovesTheOthersOrIsRefused) {
    upload(lab({"laser", "rod"}));
    Activity both;
    both.description.name = "Both";
    both.expires = now + 24h;
    both.streams = {offer("laser").activity.streams.at(0), offer("rod").activity.streams.at(1)};
    const Catalogue before = catalogue();
    ASSERT_EQ(book("session", offer("rod")), SessionTable::Outcome::booked);
    const auto refused = put(pool("bench").id, "both", both);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_EQ(catalogue(), before);
    ASSERT_TRUE(write_now(store(), [](Transaction& transaction) {
        auto done = transaction.sessions().begin_cancel("session", now, "test");
        return done ? transaction.sessions().finish_cancel("session", now) : done;
    }));
    ASSERT_TRUE(put(pool("bench").id, "both", both));
    EXPECT_EQ(offer("laser").resource, offer("rod").resource);
    EXPECT_EQ(offer("").resource, offer("rod").resource);
    EXPECT_EQ(offer("rod").id, before.offers.at(2).id);
    const auto unknown = put("nowhere", "id", both);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, Errc::not_found);
}

TEST_F(CatalogueDeskTest, ALargeManifestIsReplacedQuickly) {
    const auto start = std::chrono::steady_clock::now();
    ASSERT_THAT(upload(LargeManifest::text()).value(),
                SizeIs(LargeManifest::pools + LargeManifest::activities + LargeManifest::groups));
    const auto added = std::chrono::steady_clock::now();
    ASSERT_THAT(upload(LargeManifest::text()).value(), IsEmpty());
    const auto repeated = std::chrono::steady_clock::now();
    ASSERT_TRUE(upload("pools: {}\n"));
    const auto removed = std::chrono::steady_clock::now();
    // Some 70 ms each; sanitizers and busy machines take longer.
    for (const auto took : {added - start, repeated - added, removed - repeated})
        EXPECT_LT(took, 5s) << std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
}

}  // namespace
}  // namespace relay::booking_sqlite
