// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/session_desk.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace relay::booking {

// What a booking server holds after a history of operations, one after the other: lists and loops,
// written from the specification without a look at how the server does it.
struct HistoryModel {
    struct Entry {
        Session session;
        std::map<std::string, BookingTime> untold;  // relays, and when the next attempt is due
        std::optional<BookingTime> freed;           // when its cancellation was done

        const Booking& booking() const { return session.booking; }
        bool has_begun_at_once() const { return booking().time.start <= booking().created; }
        bool is_live(BookingTime now) const {
            return booking().state != BookingState::cancelled && now < booking().time.end;
        }
        bool is_in_the_way(Interval wanted) const {
            if (booking().state == BookingState::cancelled) return false;
            return has_begun_at_once() ? wanted.start < booking().time.end
                                       : booking().time.overlaps(wanted);
        }
    };

    std::map<std::string, Pool> pools;
    std::map<std::string, Offer> offers;  // that are offered
    std::set<ResourceNumber> broken;
    bool locked = false;
    std::vector<Entry> entries;  // that may still matter, in the order of booking
    std::map<ResourceNumber, BookingTime> used_before;  // last use by those that do not any more

    // A session that the request led to before, a refusal, or the offer that it gets.
    struct Expected {
        const Entry* earlier = nullptr;
        std::optional<Refusal> refusal;
        std::string offer;
    };
    Expected expect(const SessionRequest& request, BookingTime now) const {
        if (const Entry* earlier = by_key(request)) {
            const Booking& booking = earlier->booking();
            const bool is_same = booking.pool == request.pool &&
                                 booking.time.end - booking.time.start == request.duration;
            const bool is_on = booking.state == BookingState::active && now < booking.time.end;
            if (is_same && is_on) return {.earlier = earlier, .refusal = {}, .offer = ""};
            return {.earlier = nullptr, .refusal = Refusal::key_reused, .offer = ""};
        }
        Expected expected{.earlier = nullptr, .refusal = rule_broken(request, now), .offer = ""};
        if (expected.refusal) return expected;
        expected.offer = choice(request, now);
        if (expected.offer.empty()) expected.refusal = Refusal::none_available;
        return expected;
    }

    bool is_free(ResourceNumber resource, Interval wanted) const {
        return std::ranges::none_of(entries, [&](const Entry& entry) {
            return entry.session.offer.resource == resource && entry.is_in_the_way(wanted);
        });
    }

    Entry* find(const std::string& name) {
        const auto entry = std::ranges::find_if(
            entries, [&](const Entry& each) { return each.booking().name == name; });
        return entry == entries.end() ? nullptr : &*entry;
    }

    // Names of live sessions, of one user or of all (`user` empty).
    std::set<std::string> live(const std::string& user, BookingTime now) const {
        std::set<std::string> names;
        for (const Entry& entry : entries) {
            const bool counts = user.empty() || entry.booking().user == user;
            if (counts && entry.is_live(now)) names.insert(entry.booking().name);
        }
        return names;
    }

    // Who holds tokens for it has to be shut out at the relays.
    static std::set<std::string> relays_of(const Entry& entry, BookingTime now) {
        std::set<std::string> relays;
        if (!entry.has_begun_at_once() && now < entry.booking().time.start) return relays;
        for (const Stream& stream : entry.session.offer.activity.streams)
            relays.insert(stream.topic.audience);
        return relays;
    }
    static void end_early(Entry& entry, BookingTime now) {
        for (const std::string& relay : relays_of(entry, now)) entry.untold.emplace(relay, now);
        entry.session.booking.state = BookingState::cancelling;
        finish_if_told(entry, now);
    }
    static void finish_if_told(Entry& entry, BookingTime now) {
        if (!entry.untold.empty()) return;
        entry.session.booking.state = BookingState::cancelled;
        entry.freed = now;
    }

    // Forgets what is over for good; returns it.
    std::vector<Entry> take_finished(BookingTime oldest_now) {
        std::vector<Entry> finished, left;
        for (Entry& entry : entries) {
            const bool matters = entry.booking().time.end >= oldest_now || !entry.untold.empty();
            (matters ? left : finished).push_back(std::move(entry));
        }
        entries = std::move(left);
        for (const Entry& entry : finished) {
            const BookingTime start = entry.booking().time.start;
            if (entry.freed && *entry.freed <= start) continue;
            BookingTime& last = used_before[entry.session.offer.resource];
            last = std::max(last, start);
        }
        return finished;
    }

    void retire_pool(const std::string& id) {
        pools.erase(id);
        for (auto& [name, offer] : offers) std::erase(offer.pools, id);
        std::erase_if(offers, [](const auto& item) { return item.second.pools.empty(); });
    }

    void reset(BookingTime now) {
        for (Entry& entry : entries) {
            if (entry.booking().state == BookingState::active && entry.is_live(now))
                end_early(entry, now);
        }
        pools.clear();
        offers.clear();
    }

private:
    const Entry* by_key(const SessionRequest& request) const {
        if (request.idempotency_key.empty()) return nullptr;
        const auto entry = std::ranges::find_if(entries, [&](const Entry& each) {
            return each.booking().user == request.user &&
                   each.booking().idempotency_key == request.idempotency_key;
        });
        return entry == entries.end() ? nullptr : &*entry;
    }

    std::optional<Refusal> rule_broken(const SessionRequest& request, BookingTime now) const {
        const auto pool = pools.find(request.pool);
        if (pool == pools.end()) return Refusal::unknown_pool;
        if (request.duration < pool->second.least) return Refusal::too_short;
        if (request.duration > pool->second.most) return Refusal::too_long;
        if (locked || request.max_sessions == 0) return Refusal::locked;
        if (live(request.user, now).size() >= request.max_sessions)
            return Refusal::too_many_sessions;
        return std::nullopt;
    }

    // Of the free offers, the one whose item was used longest ago; the empty text when none is
    // free.
    std::string choice(const SessionRequest& request, BookingTime now) const {
        const Interval wanted{now, now + request.duration};
        std::string best;
        for (const auto& [id, offer] : offers) {
            const bool is_listed =
                std::ranges::find(offer.pools, request.pool) != offer.pools.end();
            if (!is_listed || broken.contains(offer.resource) ||
                offer.activity.expires < wanted.end || !is_free(offer.resource, wanted))
                continue;
            if (best.empty() ||
                last_used(offer.resource, now) < last_used(offers.at(best).resource, now))
                best = id;
        }
        return best;
    }

    BookingTime last_used(ResourceNumber resource, BookingTime now) const {
        const auto before = used_before.find(resource);
        BookingTime last = before == used_before.end() ? BookingTime() : before->second;
        for (const Entry& entry : entries) {
            const BookingTime start = entry.booking().time.start;
            const bool has_begun = start <= now && !(entry.freed && *entry.freed <= start);
            if (entry.session.offer.resource == resource && has_begun) last = std::max(last, start);
        }
        return last;
    }
};

}  // namespace relay::booking
