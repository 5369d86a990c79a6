// SPDX-License-Identifier: Apache-2.0
#include "booking/session_desk.hpp"

#include "base/random.hpp"

#include <fmt/format.h>

#include <set>
#include <span>
#include <utility>

namespace relay::booking {
namespace {

using Answer = std::variant<Session, Refusal>;

// FNV-1a, 32 bits: enough to notice a client that uses a key for two different requests.
std::uint32_t check_of(const SessionRequest& request) {
    std::uint32_t check = 2'166'136'261U;
    for (const char c : fmt::format("{} {}", request.duration.count(), request.pool)) {
        check = (check ^ static_cast<unsigned char>(c)) * 16'777'619U;
    }
    return check;
}

Booking booking_for(const SessionRequest& request, BookingTime now) {
    return {.name = random_uuid(),
            .user = request.user,
            .pool = request.pool,
            .group = request.group,
            .time = {now, now + request.duration},
            .state = BookingState::active,
            .idempotency_key = request.idempotency_key,
            .request_check = check_of(request),
            .created = now};
}

bool is_live(const Booking& booking, BookingTime now) {
    return booking.state == BookingState::active && now < booking.time.end;
}

// What an earlier request with this key has led to, if there was one.
Result<std::optional<Answer>> earlier_answer(const SessionTable& sessions,
                                             const SessionRequest& request, BookingTime now) {
    if (request.idempotency_key.empty() || request.user.empty()) return std::nullopt;
    auto earlier = sessions.find_by_key(request.user, request.idempotency_key);
    if (!earlier) return std::unexpected(std::move(earlier.error()));
    if (!*earlier) return std::nullopt;
    Session& session = **earlier;
    const bool is_same = session.booking.request_check == check_of(request);
    if (!is_same || !is_live(session.booking, now)) return Refusal::key_reused;
    return std::move(session);
}

Result<std::optional<Refusal>> refusal_of(Transaction& transaction, const SessionRequest& request,
                                          BookingTime now) {
    const auto pool = transaction.catalogue().pool(request.pool);
    if (!pool) return std::unexpected(pool.error());
    const auto state = transaction.records().state();
    if (!state) return std::unexpected(state.error());
    const auto sessions = transaction.sessions().of_user(request.user, now);
    if (!sessions) return std::unexpected(sessions.error());
    return judge(request.duration, {.pool = *pool ? &(*pool)->pool : nullptr,
                                    .has_user = !request.user.empty(),
                                    .locked = state->locked,
                                    .sessions = sessions->size(),
                                    .max_sessions = request.max_sessions});
}

// Tries one after the other: the database has the last word on whether a resource is free.
Result<Answer> book_first_free(SessionTable& sessions, const SessionRequest& request,
                               BookingTime now) {
    const auto candidates = sessions.candidates(request.pool, now);
    if (!candidates) return std::unexpected(candidates.error());
    const Booking booking = booking_for(request, now);
    for (const Candidate* candidate : free_candidates(*candidates, now, request.duration)) {
        const auto outcome = sessions.book(booking, candidate->offer);
        if (!outcome) return std::unexpected(outcome.error());
        if (*outcome == SessionTable::Outcome::taken) continue;
        auto session = sessions.find(booking.name);
        if (!session) return std::unexpected(std::move(session.error()));
        if (!*session) return fail(Errc::internal, "a booking is gone after it was written");
        return std::move(**session);
    }
    return Refusal::none_available;
}

Result<Answer> decide(Transaction& transaction, const SessionRequest& request, BookingTime now) {
    const auto refusal = refusal_of(transaction, request, now);
    if (!refusal) return std::unexpected(refusal.error());
    if (*refusal) return **refusal;
    return book_first_free(transaction.sessions(), request, now);
}

Result<void> record(RecordTable& records, const SessionRequest& request, const Answer& answer,
                    BookingTime now) {
    if (const auto* refusal = std::get_if<Refusal>(&answer))
        return records.count_refusal(now, request.pool, request.group, name_of(*refusal));
    const auto& session = std::get<Session>(answer);
    return records.append_audit(
        {.at = now,
         .actor = request.user,
         .action = "session booked",
         .object = session.booking.name,
         .detail = fmt::format("activity {} of pool {} for {} s", session.offer.id, request.pool,
                               request.duration.count())});
}

// The relays at which somebody may use the session's streams. Nobody was given tokens for one that
// has not begun; one that was booked for at once had begun then, whatever the clock says now.
std::set<std::string> relays_to_tell(const Session& session, BookingTime now) {
    const Booking& booking = session.booking;
    std::set<std::string> relays;
    if (booking.time.start > now && booking.time.start > booking.created) return relays;
    for (const Stream& stream : session.offer.activity.streams)
        relays.insert(stream.topic.audience);
    return relays;
}

Result<void> add_denials(DenialTable& denials, const Booking& booking,
                         const std::set<std::string>& relays, BookingTime now) {
    for (const std::string& relay : relays) {
        const auto added = denials.add({.booking = booking.name,
                                        .relay = relay,
                                        .until = booking.time.end,
                                        .next_attempt = now});
        if (!added) return added;
    }
    return {};
}

// Of a session that takes place or is to come.
Result<Cancellation> end_early(Transaction& transaction, const Session& session,
                               std::string_view by, BookingTime now) {
    const Booking& booking = session.booking;
    const std::set<std::string> relays = relays_to_tell(session, now);
    auto result = transaction.sessions().begin_cancel(booking.name, now, by);
    if (result) result = add_denials(transaction.denials(), booking, relays, now);
    if (result && relays.empty()) result = transaction.sessions().finish_cancel(booking.name, now);
    if (result)
        result = transaction.records().append_audit(
            {.at = now,
             .actor = std::string(by),
             .action = "session cancelled",
             .object = booking.name,
             .detail = relays.empty() ? "" : fmt::format("relays to tell: {}", relays.size())});
    if (!result) return std::unexpected(std::move(result.error()));
    return relays.empty() ? Cancellation::done : Cancellation::pending;
}

Result<void> withdraw_everything(CatalogueTable& catalogue, BookingTime now) {
    const auto all = catalogue.all();
    if (!all) return std::unexpected(all.error());
    Result<bool> retired = true;
    for (const ListedGroup& group : all->groups) {
        if (retired) retired = catalogue.retire_group(group.id, now);
    }
    for (const Offer& offer : all->offers) {
        if (retired) retired = catalogue.retire_offer(offer.id, now);
    }
    for (const ListedPool& pool : all->pools) {
        if (retired) retired = catalogue.retire_pool(pool.id, now);
    }
    if (!retired) return std::unexpected(std::move(retired.error()));
    return {};
}

// How many there were.
Result<std::size_t> end_all(Transaction& transaction, std::string_view by, BookingTime now) {
    const auto sessions = transaction.sessions().live(now);
    if (!sessions) return std::unexpected(sessions.error());
    std::size_t ended = 0;
    for (const Session& session : *sessions) {
        if (!is_live(session.booking, now)) continue;
        const auto cancellation = end_early(transaction, session, by, now);
        if (!cancellation) return std::unexpected(cancellation.error());
        ++ended;
    }
    return ended;
}

}  // namespace

Result<Answer> request_session(Transaction& transaction, const SessionRequest& request,
                               BookingTime now) {
    auto earlier = earlier_answer(transaction.sessions(), request, now);
    if (!earlier) return std::unexpected(std::move(earlier.error()));
    if (*earlier && std::holds_alternative<Session>(**earlier)) return std::move(**earlier);

    Result<Answer> answer =
        *earlier ? Result<Answer>(std::move(**earlier)) : decide(transaction, request, now);
    if (!answer) return answer;
    const auto recorded = record(transaction.records(), request, *answer, now);
    if (!recorded) return std::unexpected(recorded.error());
    return answer;
}

Result<Cancellation> cancel_session(Transaction& transaction, std::string_view name,
                                    std::string_view user, std::string_view by, BookingTime now) {
    const auto session = transaction.sessions().find(name);
    if (!session) return std::unexpected(session.error());
    const bool is_known = *session && (user.empty() || (*session)->booking.user == user);
    if (!is_known) return fail(Errc::not_found, "there is no such session");

    const Booking& booking = (*session)->booking;
    if (booking.state == BookingState::cancelled) return Cancellation::done;
    const bool is_over = now >= booking.time.end;
    if (booking.state == BookingState::cancelling)
        return is_over ? Cancellation::done : Cancellation::pending;
    if (is_over) return fail(Errc::not_found, "the session is over");
    return end_early(transaction, **session, by, now);
}

Result<void> finish_if_settled(Transaction& transaction, std::string_view name, BookingTime now) {
    const auto session = transaction.sessions().find(name);
    if (!session) return std::unexpected(session.error());
    if (!*session || (*session)->booking.state != BookingState::cancelling) return {};
    const auto pending = transaction.denials().pending(name);
    if (!pending) return std::unexpected(pending.error());
    if (!pending->empty()) return {};
    return transaction.sessions().finish_cancel(name, now);
}

Result<void> reset(Transaction& transaction, std::string_view by, BookingTime now) {
    const auto ended = end_all(transaction, by, now);
    if (!ended) return std::unexpected(ended.error());
    const auto withdrawn = withdraw_everything(transaction.catalogue(), now);
    if (!withdrawn) return withdrawn;
    return transaction.records().append_audit(
        {.at = now,
         .actor = std::string(by),
         .action = "everything reset",
         .object = "",
         .detail = fmt::format("sessions ended: {}", *ended)});
}

}  // namespace relay::booking
