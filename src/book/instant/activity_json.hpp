// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "book/http/members.hpp"
#include "booking/catalogue.hpp"
#include "booking/session.hpp"
#include "net/http_message.hpp"

#include <nlohmann/json.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Descriptions and activities as the API tells and takes them (spec/booking-instant.md §4.5).
namespace relay::book {

class Tokens;

// With its id.
nlohmann::json description_json(const booking::Description& description, std::string_view id);

// An activity as it was booked, with a token for each stream: the answer to a session request. A
// token that cannot be signed: Errc::internal.
Result<nlohmann::json> session_json(const booking::Session& session, const Tokens& tokens,
                                    WallTime now);

struct SentDescription {
    std::string id;  // as sent; empty when absent
    booking::Description description;
};
SentDescription read_description(const Members& description);

struct SentActivity {
    std::string id;
    booking::Activity activity;
};
// Otherwise the answer that refuses the body. Of streams with the same role the last counts.
std::expected<SentActivity, net::HttpResponse> read_activity(const nlohmann::json& body);

// Why it cannot be booked, in the reference's words; nothing when it can.
std::optional<std::string> flaw_of(const booking::Activity& activity, WallTime now);

}  // namespace relay::book
