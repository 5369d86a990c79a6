// SPDX-License-Identifier: Apache-2.0
#include "book/admin/poolstore_desk.hpp"

#include "base/random.hpp"
#include "base/time_text.hpp"
#include "booking/resource_assignment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

namespace relay::book {
namespace {

using booking::Activity;
using booking::BookingTime;
using booking::Catalogue;
using booking::Offer;
using booking::ResourceNumber;
using booking::Session;
using booking::Transaction;
using Outcome = booking::SessionTable::Outcome;

CarriedSession carried(const Session& session) {
    const booking::Booking& booking = session.booking;
    return {.name = booking.name,
            .user = booking.user,
            .activity_id = session.offer.id,
            .activity = session.offer.activity,
            .pool = booking.pool,
            .group = booking.group,
            .start = booking.time.start,
            .end = booking.time.end};
}

// Of a session the document tells its end in place of when its activity expires.
bool is_same(const Activity& booked, const Activity& offered) {
    Activity comparable = booked;
    comparable.expires = offered.expires;
    return comparable == offered;
}

std::unexpected<Error> of_part(std::string_view part, const Error& error) {
    return fail(error.code, fmt::format("import {}:{}", part, error.detail));
}

class Restoration {
public:
    Restoration(Transaction& transaction, const Poolstore& store, BookingTime now)
        : transaction_(transaction), store_(store), now_(now) {}

    Result<void> run() {
        auto done = choose_sessions();
        if (done) done = withdraw();
        if (done) done = assign();
        if (done) done = put_catalogue();
        if (!done) return of_part("pool", done.error());
        for (std::size_t i = 0; done && i < sessions_.size(); ++i) done = book(i);
        if (done) done = clear_up();
        if (done) done = put_state();
        if (!done) return of_part("booking", done.error());
        return {};
    }

private:
    Result<void> choose_sessions();
    Result<void> withdraw();
    Result<void> assign();
    Result<ResourceNumber> number_of(ResourceNumber assigned);
    Result<void> put_catalogue();
    Result<void> book(std::size_t index);
    Result<Outcome> try_booking(const CarriedSession& session, const std::string& pool);
    Result<void> put_as_booked(std::size_t index);
    Result<void> put_waiting_room();
    std::unexpected<Error> refused(const CarriedSession& session, ResourceNumber resource) const;
    Result<void> clear_up();
    Result<void> put_state();

    booking::CatalogueTable& catalogue() { return transaction_.catalogue(); }

    Transaction& transaction_;
    const Poolstore& store_;
    const BookingTime now_;
    std::vector<const CarriedSession*> sessions_;     // to be booked
    std::vector<Offer> offers_;                       // to be put, with resources
    std::vector<ResourceNumber> of_session_;          // resources of sessions_
    std::map<ResourceNumber, ResourceNumber> added_;  // -1, ... to their numbers
    std::set<std::string> changed_;  // offers that are, for a session, as they were
    std::string waiting_room_;       // pool for what is offered no more but used
};

// Those that are not over, unless they are known: a restored backup must not revive a cancelled
// one.
Result<void> Restoration::choose_sessions() {
    for (const CarriedSession& session : store_.sessions) {
        if (session.end <= now_) continue;
        const auto known = transaction_.sessions().find(session.name);
        if (!known) return std::unexpected(known.error());
        if (!*known) sessions_.push_back(&session);
    }
    return {};
}

template <class Listed>
bool lists(const std::vector<Listed>& all, const std::string& id) {
    return std::ranges::find(all, id, &Listed::id) != all.end();
}

// What is there and not in the document. First, since keys differ within what is offered.
Result<void> Restoration::withdraw() {
    const auto current = catalogue().all();
    if (!current) return std::unexpected(current.error());
    const Catalogue& wanted = store_.catalogue;
    Result<bool> done = true;
    for (const auto& group : current->groups)
        if (done && !lists(wanted.groups, group.id))
            done = catalogue().retire_group(group.id, now_);
    for (const Offer& offer : current->offers)
        if (done && !lists(wanted.offers, offer.id))
            done = catalogue().retire_offer(offer.id, now_);
    for (const auto& pool : current->pools)
        if (done && !lists(wanted.pools, pool.id)) done = catalogue().retire_pool(pool.id, now_);
    if (!done) return std::unexpected(std::move(done.error()));
    return {};
}

// Activities as they are offered and as they were booked have to be of the same resources.
Result<void> Restoration::assign() {
    const auto resources = transaction_.catalogue().resources(now_);
    if (!resources) return std::unexpected(resources.error());
    offers_ = store_.catalogue.offers;
    std::vector<Activity> activities;
    activities.reserve(offers_.size() + sessions_.size());
    for (const Offer& offer : offers_) activities.push_back(offer.activity);
    for (const CarriedSession* session : sessions_) activities.push_back(session->activity);
    const auto assignment = booking::assign_resources(activities, *resources);
    if (!assignment) return std::unexpected(assignment.error());

    for (const auto& [topic, assigned] : assignment->moved) {
        const auto number = number_of(assigned);
        if (!number) return std::unexpected(number.error());
        if (auto bound = catalogue().bind_topic(topic, *number); !bound) return bound;
    }
    const auto& assigned = assignment->of_activity;
    for (std::size_t i = 0; i < offers_.size(); ++i) offers_[i].resource = assigned[i];
    of_session_.assign(assigned.begin() + static_cast<std::ptrdiff_t>(offers_.size()),
                       assigned.end());
    return {};
}

Result<ResourceNumber> Restoration::number_of(ResourceNumber assigned) {
    if (assigned > 0) return assigned;
    if (const auto added = added_.find(assigned); added != added_.end()) return added->second;
    const auto number = catalogue().add_resource();
    if (number) added_[assigned] = *number;
    return number;
}

Result<void> Restoration::put_catalogue() {
    for (const booking::ListedPool& pool : store_.catalogue.pools)
        if (auto put = catalogue().put_pool(pool); !put) return put;
    for (Offer& offer : offers_) {
        const auto current = catalogue().offer(offer.id);
        if (!current) return std::unexpected(current.error());
        // A simulation is not known by its topics; the one that is there keeps its resource.
        const bool keeps =
            *current && (*current)->activity.streams.empty() && offer.activity.streams.empty();
        const auto number =
            keeps ? Result<ResourceNumber>((*current)->resource) : number_of(offer.resource);
        if (!number) return std::unexpected(number.error());
        offer.resource = *number;
        if (auto put = catalogue().put_offer(offer); !put) return put;
    }
    for (const booking::ListedGroup& group : store_.catalogue.groups)
        if (auto put = catalogue().put_group(group); !put) return put;
    return {};
}

Result<void> Restoration::book(std::size_t index) {
    const CarriedSession& session = *sessions_[index];
    if (auto put = put_as_booked(index); !put) return put;
    const auto offer = catalogue().offer(session.activity_id);
    if (!offer) return std::unexpected(offer.error());
    if (!*offer) return fail(Errc::internal, "an offer is gone after it was put");
    const bool has_pool = lists(store_.catalogue.pools, session.pool);
    const auto outcome = try_booking(session, has_pool ? session.pool : (*offer)->pools.front());
    if (!outcome) return std::unexpected(outcome.error());
    if (*outcome == Outcome::taken) return refused(session, (*offer)->resource);
    return {};
}

// From when it began; when that is not known, or somebody else had the resource then, from now on.
Result<Outcome> Restoration::try_booking(const CarriedSession& session, const std::string& pool) {
    booking::Booking booking{.name = session.name,
                             .user = session.user,
                             .pool = pool,
                             .group = session.group,
                             .time = {std::min(session.start.value_or(now_), now_), session.end},
                             .idempotency_key = "",
                             .created = now_};
    const auto outcome = transaction_.sessions().book(booking, session.activity_id);
    if (!outcome || *outcome == Outcome::booked || booking.time.start == now_) return outcome;
    booking.time.start = now_;
    return transaction_.sessions().book(booking, session.activity_id);
}

// A session keeps what was booked, also when that is offered no more, or otherwise.
Result<void> Restoration::put_as_booked(std::size_t index) {
    const CarriedSession& session = *sessions_[index];
    const auto current = catalogue().offer(session.activity_id);
    if (!current) return std::unexpected(current.error());
    if (*current && is_same(session.activity, (*current)->activity)) return {};
    Offer offer{.id = session.activity_id, .key = "", .activity = session.activity, .pools = {}};
    offer.activity.expires = session.end;
    if (*current) {
        offer.key = (*current)->key;
        offer.pools = (*current)->pools;
        changed_.insert(offer.id);
    } else {
        if (auto put = put_waiting_room(); !put) return put;
        offer.pools = {waiting_room_};
    }
    const bool is_simulation =
        offer.activity.streams.empty() && *current && (*current)->activity.streams.empty();
    const auto number = is_simulation ? Result<ResourceNumber>((*current)->resource)
                                      : number_of(of_session_[index]);
    if (!number) return std::unexpected(number.error());
    offer.resource = *number;
    return catalogue().put_offer(offer);
}

Result<void> Restoration::put_waiting_room() {
    if (!waiting_room_.empty()) return {};
    waiting_room_ = random_uuid();
    booking::Pool pool;
    pool.description.name = "Sessions of an import";
    pool.description.type = "pool";
    return catalogue().put_pool({waiting_room_, "", pool});
}

std::unexpected<Error> Restoration::refused(const CarriedSession& session,
                                            ResourceNumber resource) const {
    const auto live = transaction_.sessions().live(now_);
    if (!live) return std::unexpected(live.error());
    const auto holder = std::ranges::find(
        *live, resource, [](const Session& other) { return other.offer.resource; });
    const auto& name = session.activity.description.name;
    if (holder == live->end())
        return fail(Errc::conflict,
                    fmt::format("the resource of session {} ({}) is held", session.name, name));
    return fail(Errc::conflict,
                fmt::format("sessions {} ({}) and {} ({}) would hold one resource; the latter does "
                            "until {}",
                            session.name, name, holder->booking.name,
                            holder->offer.activity.description.name,
                            format_time(holder->booking.time.end)));
}

// From now on, things are offered as the document says.
Result<void> Restoration::clear_up() {
    for (const Offer& offer : offers_)
        if (changed_.contains(offer.id))
            if (auto put = catalogue().put_offer(offer); !put) return put;
    if (waiting_room_.empty()) return {};
    const auto retired = catalogue().retire_pool(waiting_room_, now_);
    if (!retired) return std::unexpected(retired.error());
    return {};
}

Result<void> Restoration::put_state() {
    if (!store_.locked && !store_.message) return {};
    auto state = transaction_.records().state();
    if (!state) return std::unexpected(state.error());
    state->locked = store_.locked.value_or(state->locked);
    state->message = store_.message.value_or(state->message);
    return transaction_.records().set_state(*state);
}

}  // namespace

Result<Poolstore> take_poolstore(const Transaction& transaction, BookingTime now) {
    auto catalogue = transaction.catalogue().all();
    if (!catalogue) return std::unexpected(std::move(catalogue.error()));
    const auto sessions = transaction.sessions().live(now);
    if (!sessions) return std::unexpected(sessions.error());
    const auto state = transaction.records().state();
    if (!state) return std::unexpected(state.error());
    Poolstore store{std::move(*catalogue), {}, state->locked, state->message};
    for (Offer& offer : store.catalogue.offers) offer.resource = 0;
    for (const Session& session : *sessions) store.sessions.push_back(carried(session));
    return store;
}

Result<void> restore_poolstore(Transaction& transaction, const Poolstore& store, BookingTime now) {
    return Restoration(transaction, store, now).run();
}

}  // namespace relay::book
