// SPDX-License-Identifier: Apache-2.0
#include "cli/settings_token.hpp"

#include "base/time_text.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace relay::cli {
namespace {

using config::Setting;
using std::chrono::seconds;

constexpr const char* group = "What it is for";

config::Value time_value(std::optional<WallTime>& target) {
    return {.kind = "TIME",
            .store = [&target](std::string_view given) -> Result<void> {
                const auto time = parse_time(given);
                if (!time)
                    return fail(Errc::invalid, "expected a time such as 2026-11-22T10:19:10Z");
                target = *time;
                return {};
            },
            .show = [&target] { return target ? format_time(*target) : std::string(); }};
}

Setting topic_setting(TokenBasis& basis, std::string help) {
    return {.name = "topic",
            .group = group,
            .names = {{"RELAY_TOPIC"}},
            .help = std::move(help),
            .value = config::text(basis.topic)};
}

std::vector<Setting> place_settings(TokenBasis& basis, std::string audience_help, bool required) {
    return {
        {.name = "audience",
         .group = group,
         .names = {{"RELAY_AUDIENCE"}, {"RELAY_ACCESS_FQDN"}},
         .help = std::move(audience_help),
         .value = config::text(basis.audience, "URL"),
         .required = required},
        {.name = "lifetime",
         .group = group,
         .names = {{"RELAY_LIFETIME"}},
         .help = "How long it is valid, from now or from --nbf.",
         .value = config::duration(basis.lifetime, {.least = seconds(1)}),
         .required = required},
        {.name = "nbf",
         .group = group,
         .names = {{"RELAY_NBF"}},
         .help = "Time at which it becomes valid; now when empty or past.",
         .value = time_value(basis.not_before)},
    };
}

std::vector<Setting> person_settings(TokenBasis& basis) {
    return {
        {.name = "connection-type",
         .group = group,
         .names = {{"RELAY_CONNECTION_TYPE"}},
         .help = "Kind of connection: session or shell; connect for hosts and clients of later "
                 "versions.",
         .value = config::text(basis.connection_type)},
        {.name = "booking-id",
         .group = group,
         .names = {{"RELAY_BOOKING_ID"}},
         .help = "Booking by which it can be denied.",
         .value = config::text(basis.booking_id)},
        {.name = "subject",
         .group = group,
         .names = {{"RELAY_SUBJECT"}},
         .help = "Who it is for, as the relay's audit shows it.",
         .value = config::text(basis.subject)},
    };
}

}  // namespace

void add_claim_settings(config::Schema& schema, TokenBasis& basis, std::string topic_help) {
    schema.settings.push_back(topic_setting(basis, std::move(topic_help)));
    for (auto& rows : {place_settings(basis, "The --access-fqdn of the relay, letter for letter.",
                                      /*required=*/true),
                       person_settings(basis)})
        schema.settings.insert(schema.settings.end(), rows.begin(), rows.end());
}

void add_class_claim_settings(config::Schema& schema, TokenBasis& basis) {
    auto rows = place_settings(basis, "The --audience of the booking server, letter for letter.",
                               /*required=*/false);
    rows.front().names.insert(rows.front().names.begin(), {"RELAY_BOOK_AUDIENCE"});
    std::ranges::move(rows, std::back_inserter(schema.settings));
}

void add_signing_settings(config::Schema& schema, TokenBasis& basis) {
    schema.settings.push_back({.name = "secret",
                               .group = "Key",
                               .names = {{"RELAY_SECRET"}},
                               .help = "Signs it; the secret of the server that it is for.",
                               .value = config::secret(basis.secret),
                               .required = true});
    schema.settings.push_back(
        {.name = "kid",
         .group = "Key",
         .names = {{"RELAY_KID"}},
         .help = "Name of the secret among the server's --keys, where it is one of them.",
         .value = config::text(basis.kid)});
}

}  // namespace relay::cli
