// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/contradictions.hpp"

namespace relay::booking_sqlite {
namespace {

constexpr Sql overlapping_holds =
    "SELECT 'resource ' || resource_id || ': hold ' || id || ' begins before an earlier one ends'"
    " FROM (SELECT id, resource_id, start_ms, max(end_ms) OVER (PARTITION BY resource_id"
    "       ORDER BY start_ms, end_ms ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    "       AS earlier_end FROM hold WHERE active = 1)"
    " WHERE start_ms < earlier_end LIMIT 10";

constexpr Sql bookings_without_hold =
    "SELECT 'booking ' || name || ' has no hold' FROM booking"
    " WHERE NOT EXISTS (SELECT 1 FROM hold WHERE booking_id = booking.id) LIMIT 10";

// That of a cancelled booking was given up, perhaps before its end; all others are as booked.
constexpr Sql holds_that_differ =
    "SELECT 'booking ' || name || ' differs from its hold'"
    " FROM booking JOIN hold ON booking_id = booking.id JOIN offer USING (version)"
    " WHERE hold.resource_id <> offer.resource_id OR hold.start_ms <> booking.start_ms"
    " OR active <> (state <> 'cancelled') OR hold.end_ms > booking.end_ms"
    " OR (active = 1 AND hold.end_ms < booking.end_ms) LIMIT 10";

// Two resources would be one piece of equipment.
constexpr Sql topics_of_two_resources =
    "SELECT 'offer ' || id || ' uses topic ' || topic || ' of another resource'"
    " FROM offer JOIN offer_stream USING (version) LEFT JOIN resource_topic USING (audience, topic)"
    " WHERE live = 1 AND resource_topic.resource_id IS NOT offer.resource_id LIMIT 10";

constexpr Sql broken_references =
    "SELECT 'a row of ' || \"table\" || ' refers to what is not there'"
    " FROM pragma_foreign_key_check LIMIT 10";

}  // namespace

Result<std::vector<std::string>> find_contradictions(Connection& connection) {
    std::vector<std::string> lines;
    for (const Sql& question : {overlapping_holds, bookings_without_hold, holds_that_differ,
                                topics_of_two_resources, broken_references}) {
        const auto asked = connection.each(question, [&](const Row& row) -> Result<void> {
            lines.push_back(row.text(0));
            return {};
        });
        if (!asked) return std::unexpected(asked.error());
    }
    return lines;
}

}  // namespace relay::booking_sqlite
