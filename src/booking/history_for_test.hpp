// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/history_model_for_test.hpp"
#include "booking/session_desk.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace relay::booking {

// Makes up a history of a booking server, operation by operation, does each at the desk and in the
// model, and compares. It is called within units of work, one at a time; whatever differs first is
// told by `problem`, with what repeats it.
class History {
public:
    // The catalogue that it starts with: `offers` in their pools.
    History(std::uint32_t seed, std::map<std::string, Pool> pools, std::vector<Offer> offers)
        : seed_(seed), random_(seed), all_pools_(std::move(pools)), all_offers_(std::move(offers)) {
        model_.pools = all_pools_;
        for (const Offer& offer : all_offers_) model_.offers[offer.id] = offer;
    }

    // A few operations. Some units fail at their end, so that nothing of them may remain.
    Result<void> unit(Transaction& transaction) {
        const bool is_undone = one_in(16);
        HistoryModel before;
        if (is_undone) before = model_;
        for (int left = one_in(4) ? 3 : 1; left > 0 && problem_.empty(); --left)
            operation(transaction);
        if (!is_undone) return {};
        model_ = std::move(before);
        ++counts_["unit undone"];
        return fail(Errc::invalid, undone);
    }
    static constexpr const char* undone = "undone on purpose";

    // Compares all that may still change, and the whole database with itself.
    Result<void> compare(const Transaction& seen) {
        const auto contradictions = seen.sessions().contradictions();
        if (!contradictions) return std::unexpected(contradictions.error());
        for (const std::string& line : *contradictions) complain(line);
        for (const HistoryModel::Entry& entry : model_.entries) compare_entry(seen, entry);
        compare_lists(seen);
        return {};
    }
    // Compares what cannot change any more.
    Result<void> compare_finished(const Transaction& seen) {
        for (const auto& [name, state] : finished_) compare_state(seen, name, state);
        return {};
    }

    // Forgets what cannot change any more. Not within a unit, which may be undone.
    void tidy() {
        for (const HistoryModel::Entry& entry : model_.take_finished(latest_ - clock_steps))
            finished_.emplace_back(entry.booking().name, entry.booking().state);
    }

    void complain(const std::string& text) {
        if (problem_.empty())
            problem_ = fmt::format("{} (seed {}, operation {})", text, seed_, operations_);
    }
    const std::string& problem() const { return problem_; }
    std::size_t operations() const { return operations_; }
    BookingTime latest() const { return latest_; }
    // How often what has happened, by name.
    const std::map<std::string, std::size_t>& counts() const { return counts_; }

private:
    using Entry = HistoryModel::Entry;
    static constexpr std::chrono::hours clock_steps{1};  // it is set back that far at most

    int upto(int most) { return std::uniform_int_distribution(0, most)(random_); }
    bool one_in(int times) { return upto(times - 1) == 0; }
    template <class List>
    const auto& any_of(const List& list) {
        return list[static_cast<std::size_t>(upto(static_cast<int>(list.size()) - 1))];
    }

    template <class Value>
    bool works(const Result<Value>& result, const char* what) {
        if (!result) complain(fmt::format("{}: {}", what, result.error().detail));
        return result.has_value();
    }
    template <class Value>
    void check(const char* what, const Value& is, const Value& expected) {
        if (!(is == expected)) complain(fmt::format("{} differs from the model", what));
    }

    void operation(Transaction& transaction) {
        ++operations_;
        pass_time();
        const int kind = upto(99);
        if (kind < 45) return request(transaction);
        if (kind < 60) return cancel(transaction);
        if (kind < 75) return answer_denial(transaction);
        if (kind < 80) return book_ahead(transaction);
        if (kind < 88) return change_offer(transaction);
        if (kind < 91) return change_service(transaction);
        if (kind < 93) return change_lock(transaction);
        if (kind < 94) return change_pools(transaction);
        if (kind < 95 && one_in(10)) return reset_everything(transaction);
        compare_lists(transaction);
    }

    // Mostly on by some seconds; at times to the very end of a session, or the clock is set.
    void pass_time() {
        const int kind = upto(99);
        if (kind < 80) {
            now_ += std::chrono::milliseconds(upto(40'000));
        } else if (kind < 95 && !model_.entries.empty()) {
            const BookingTime end = any_of(model_.entries).booking().time.end;
            if (end >= latest_) now_ = end - std::chrono::milliseconds(upto(1));
        } else if (kind == 98) {
            now_ = std::max(now_ - clock_steps, latest_ - clock_steps);
            ++counts_["clock set back"];
        } else if (kind == 99) {
            now_ = one_in(4) ? now_ + clock_steps : latest_;
            ++counts_["clock set forward"];
        }
        latest_ = std::max(latest_, now_);
    }

    SessionRequest make_request() {
        static const std::vector<std::string> users{"ada", "bob", "cy", "dan", "eve", "fay"};
        static const std::vector<std::string> pools{"bench", "bench", "demo", "mixed", "absent"};
        static const std::vector<int> durations{59, 60, 60, 61, 120, 300, 600, 601, -1};
        SessionRequest request{.user = any_of(users),
                               .pool = any_of(pools),
                               .group = "optics",
                               .duration = std::chrono::seconds(any_of(durations)),
                               .max_sessions = static_cast<std::uint32_t>(upto(3)),
                               .idempotency_key = ""};
        if (one_in(2)) request.idempotency_key = fmt::format("key {}", operations_);
        return request;
    }

    // A lost reply is asked for again, now and then with something changed.
    SessionRequest repeat_request() {
        const Booking& booking = any_of(model_.entries).booking();
        const auto duration = booking.time.end - booking.time.start;
        return {.user = one_in(8) ? "ada" : booking.user,
                .pool = one_in(8) ? "demo" : booking.pool,
                .group = booking.group,
                .duration = std::chrono::floor<std::chrono::seconds>(duration) +
                            std::chrono::seconds(one_in(8) ? 1 : 0),
                .max_sessions = 2,
                .idempotency_key = booking.idempotency_key};
    }

    void request(Transaction& transaction) {
        const bool is_repeated = one_in(8) && !model_.entries.empty();
        const SessionRequest request = is_repeated ? repeat_request() : make_request();
        const HistoryModel::Expected expected = expect_of(request);
        const auto answer = request_session(transaction, request, now_);
        if (!works(answer, "request")) return;

        if (const Refusal* refusal = std::get_if<Refusal>(&*answer)) {
            ++counts_[std::string(name_of(*refusal))];
            if (expected.refusal != *refusal)
                complain(fmt::format("refused as {}, not as {}", name_of(*refusal),
                                     expected.refusal ? name_of(*expected.refusal) : "nothing"));
            return;
        }
        const Session& session = std::get<Session>(*answer);
        if (expected.earlier) {
            ++counts_["repeated"];
            return check("a repeated answer", session.booking, expected.earlier->booking());
        }
        if (expected.refusal)
            return complain(fmt::format("granted, not refused as {}", name_of(*expected.refusal)));
        granted(session, request, expected);
    }

    HistoryModel::Expected expect_of(const SessionRequest& request) const {
        SessionRequest positive = request;
        // The reference lets negative ones wrap: they are long.
        if (request.duration < std::chrono::seconds(0)) positive.duration = std::chrono::hours(999);
        return model_.expect(positive, now_);
    }

    void granted(const Session& session, const SessionRequest& request,
                 const HistoryModel::Expected& expected) {
        ++counts_["granted"];
        const Booking& booking = session.booking;
        if (expected.offer != session.offer.id)
            return complain(fmt::format("granted {}, not {}", session.offer.id, expected.offer));
        if (model_.find(booking.name)) complain("granted a name twice");
        check("the activity", session.offer.activity, model_.offers[session.offer.id].activity);
        check("the time", booking.time, Interval{now_, now_ + request.duration});
        check("the user", booking.user, request.user);
        check("the state", booking.state, BookingState::active);
        model_.entries.push_back({.session = session, .untold = {}, .freed = {}});
    }

    // As an advance booking would: not at the desk, the database alone decides.
    void book_ahead(Transaction& transaction) {
        if (model_.offers.empty()) return;
        auto offer = model_.offers.begin();
        std::advance(offer, upto(static_cast<int>(model_.offers.size()) - 1));
        const BookingTime start = now_ + std::chrono::milliseconds(1 + upto(900'000));
        Booking booking{.name = fmt::format("ahead {}", operations_),
                        .user = "gus",
                        .pool = offer->second.pools.front(),
                        .group = "optics",
                        .time = {start, start + std::chrono::seconds(1 + upto(300))},
                        .created = now_};
        const bool is_free = model_.is_free(offer->second.resource, booking.time);
        const auto outcome = transaction.sessions().book(booking, offer->first);
        if (!works(outcome, "book ahead")) return;
        if (is_free != (*outcome == SessionTable::Outcome::booked))
            return complain(is_free ? "taken, though free" : "booked ahead though taken");
        ++counts_[is_free ? "booked ahead" : "taken ahead"];
        if (is_free)
            model_.entries.push_back(
                {.session = {std::move(booking), offer->second}, .untold = {}, .freed = {}});
    }

    void cancel(Transaction& transaction) {
        if (model_.entries.empty()) return;
        // Mostly one of the latest, so that many are still on.
        const auto size = static_cast<int>(model_.entries.size());
        const auto back =
            static_cast<std::size_t>(1 + upto(std::min(size, one_in(4) ? size : 8) - 1));
        Entry& entry = model_.entries[model_.entries.size() - back];
        const Booking booking = entry.booking();
        const std::string user = one_in(3) ? "" : one_in(8) ? "mallory" : booking.user;
        const auto result = cancel_session(transaction, booking.name, user, "somebody", now_);

        std::string expected = "not found";
        if (user.empty() || user == booking.user) {
            const bool is_over = now_ >= booking.time.end;
            if (booking.state == BookingState::active && !is_over) {
                HistoryModel::end_early(entry, now_);
                ++counts_[entry.untold.empty() ? "cancelled at once" : "cancellation begun"];
            }
            const BookingState state = entry.booking().state;
            if (state == BookingState::cancelled) expected = "done";
            if (state == BookingState::cancelling) expected = is_over ? "done" : "pending";
        }
        std::string is = "not found";
        if (result) is = *result == Cancellation::done ? "done" : "pending";
        if (!result && result.error().code != Errc::not_found) is = result.error().detail;
        if (is != expected) complain(fmt::format("cancelling: {}, not {}", is, expected));
    }

    // What the courier does: the relay answers, or cannot be reached.
    void answer_denial(Transaction& transaction) {
        const auto due = transaction.denials().due(now_, 1000);
        if (!works(due, "due denials")) return;
        check_due(*due);
        if (due->empty() || !problem_.empty()) return;
        const Denial denial = any_of(*due);
        Entry* entry = model_.find(denial.booking);
        if (one_in(3)) {
            const BookingTime next = now_ + std::chrono::seconds(upto(60));
            entry->untold[denial.relay] = next;
            ++counts_["relay down"];
            works(transaction.denials().postpone(denial.booking, denial.relay, next), "postpone");
            return;
        }
        entry->untold.erase(denial.relay);
        HistoryModel::finish_if_told(*entry, now_);
        ++counts_["relay told"];
        if (works(transaction.denials().settle(denial.booking, denial.relay), "settle"))
            works(finish_if_settled(transaction, denial.booking, now_), "finish");
    }

    void check_due(const std::vector<Denial>& due) {
        std::set<std::pair<std::string, std::string>> is, expected;
        for (const Denial& denial : due) is.emplace(denial.booking, denial.relay);
        for (const Entry& entry : model_.entries) {
            for (const auto& [relay, next] : entry.untold)
                if (next <= now_) expected.emplace(entry.booking().name, relay);
        }
        check("what relays are to be told", is, expected);
    }

    void change_offer(Transaction& transaction) {
        Offer offer = any_of(all_offers_);
        if (one_in(4)) {
            const auto retired = transaction.catalogue().retire_offer(offer.id, now_);
            if (works(retired, "retire"))
                check("an offer", *retired, model_.offers.erase(offer.id) > 0);
            return;
        }
        std::erase_if(offer.pools, [&](const auto& pool) { return !model_.pools.contains(pool); });
        if (offer.pools.empty()) return;
        offer.activity.config_url = fmt::format("https://lab.example/{}", upto(3));
        if (one_in(4)) offer.activity.expires = now_ + std::chrono::seconds(upto(3000));
        if (works(transaction.catalogue().put_offer(offer), "put offer"))
            model_.offers[offer.id] = offer;
        ++counts_["offer changed"];
    }

    void change_service(Transaction& transaction) {
        const ResourceNumber resource = any_of(all_offers_).resource;
        const bool is_available = !one_in(3);
        if (is_available)
            model_.broken.erase(resource);
        else
            model_.broken.insert(resource);
        works(transaction.catalogue().set_available(resource, is_available, "lamp"), "service");
    }

    void change_lock(Transaction& transaction) {
        model_.locked = one_in(4);
        works(transaction.records().set_state({.locked = model_.locked, .message = "m"}), "lock");
    }

    void change_pools(Transaction& transaction) {
        if (model_.pools.size() == all_pools_.size()) {
            model_.retire_pool("demo");
            works(transaction.catalogue().retire_pool("demo", now_), "retire pool");
            return;
        }
        model_.pools = all_pools_;
        for (const auto& [id, pool] : all_pools_)
            works(transaction.catalogue().put_pool({.id = id, .key = id, .pool = pool}),
                  "put pool");
        for (const Offer& offer : all_offers_) {
            works(transaction.catalogue().put_offer(offer), "put offer");
            model_.offers[offer.id] = offer;
        }
    }

    void reset_everything(Transaction& transaction) {
        ++counts_["reset"];
        model_.reset(now_);
        works(reset(transaction, "root", now_), "reset");
        change_pools(transaction);
    }

    void compare_lists(const Transaction& seen) {
        const SessionTable& sessions = seen.sessions();
        compare_names("all sessions", sessions.live(now_), "");
        for (const char* user : {"ada", "gus"})
            compare_names(user, sessions.of_user(user, now_), user);
        const auto counts = sessions.counts(now_);
        if (works(counts, "counts")) {
            check("the number of sessions", counts->sessions, model_.live("", now_).size());
            check("the number of pools", counts->pools, model_.pools.size());
        }
    }
    void compare_names(const char* what, const Result<std::vector<Session>>& list,
                       const std::string& user) {
        if (!works(list, what)) return;
        std::set<std::string> names;
        for (const Session& session : *list) names.insert(session.booking.name);
        check(what, names, model_.live(user, now_));
    }
    void compare_entry(const Transaction& seen, const Entry& entry) {
        const auto found = seen.sessions().find(entry.booking().name);
        if (!works(found, "find")) return;
        if (!*found) return complain("a booking was lost: " + entry.booking().name);
        check("a booking", (*found)->booking, entry.booking());
        check("its activity", (*found)->offer.activity, entry.session.offer.activity);
        check("its resource", (*found)->offer.resource, entry.session.offer.resource);
    }
    void compare_state(const Transaction& seen, const std::string& name, BookingState state) {
        const auto found = seen.sessions().find(name);
        if (!works(found, "find")) return;
        if (!*found) return complain("an old booking was lost: " + name);
        check("the state of an old booking", (*found)->booking.state, state);
    }

    std::uint32_t seed_;
    std::mt19937 random_;
    std::map<std::string, Pool> all_pools_;
    std::vector<Offer> all_offers_;
    HistoryModel model_;
    std::vector<std::pair<std::string, BookingState>> finished_;
    BookingTime now_ = from_unix_seconds(1'795'500'000);
    BookingTime latest_ = now_;
    std::size_t operations_ = 0;
    std::map<std::string, std::size_t> counts_;
    std::string problem_;
};

}  // namespace relay::booking
