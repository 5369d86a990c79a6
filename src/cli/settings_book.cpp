// SPDX-License-Identifier: Apache-2.0
#include "cli/settings_book.hpp"

#include "cli/older_names.hpp"

#include <chrono>
#include <limits>
#include <utility>

namespace relay::cli {
namespace {

using config::documented;
using config::later;

constexpr const char* group = "Booking server";

void add_later_names(config::Schema& schema) {
    add_older_names(schema, {{"token", {later("BOOK_CLIENT_TOKEN")}},
                             {"scheme", {later("BOOK_CLIENT_SCHEME")}},
                             {"host", {later("BOOK_CLIENT_HOST")}},
                             {"base", {later("BOOK_CLIENT_BASE_PATH")}}});
}

}  // namespace

void add_book_server_settings(config::Schema& schema, book_client::ServerAddress& address,
                              std::string_view older) {
    schema.settings.insert(
        schema.settings.end(),
        {{.name = "token",
          .group = group,
          .names = {{"RELAY_TOKEN"}},
          .help = "A class token for administrators (`relay book token --admin`); the command logs "
                  "in with it.",
          .value = config::secret(address.token),
          .required = true},
         {.name = "scheme",
          .group = group,
          .names = {{"RELAY_SCHEME"}},
          .help = "https or http.",
          .value = config::text(address.scheme)},
         {.name = "host",
          .group = group,
          .names = {{"RELAY_HOST"}},
          .help = "Host name, with :PORT where it is not the scheme's.",
          .value = config::text(address.host, "HOST")},
         {.name = "base",
          .group = group,
          .names = {{"RELAY_BASE"}},
          .help = "Path of the API.",
          .value = config::text(address.base, "PATH")},
         {.name = "timeout",
          .group = group,
          .names = {{"RELAY_TIMEOUT"}},
          .help = "Limit for each request.",
          .value = config::duration(address.timeout, {.least = std::chrono::milliseconds(10),
                                                      .most = std::chrono::hours(1)})}});
    const std::string prefix(older);
    if (!prefix.empty())
        add_older_names(schema, {{"token", {documented(prefix + "TOKEN")}},
                                 {"scheme", {documented(prefix + "SCHEME")}},
                                 {"host", {documented(prefix + "HOST")}}});
    // `book reset` had none: its path was fixed.
    if (!prefix.empty() && prefix != "BOOKRESET_")
        add_older_names(schema, {{"base", {documented(prefix + "BASE")}}});
    add_later_names(schema);
}

void add_json_setting(config::Schema& schema, bool& json, std::string help) {
    schema.settings.push_back({.name = "json",
                               .group = "Output",
                               .names = {{"RELAY_JSON"}},
                               .help = std::move(help),
                               .value = config::boolean(json)});
}

config::Value optional_number(std::optional<std::uint32_t>& target) {
    return {.kind = "NUMBER",
            .store = [&target](std::string_view given) -> Result<void> {
                const auto number =
                    config::parse_integer(given, 0, std::numeric_limits<std::uint32_t>::max());
                if (!number) return std::unexpected(number.error());
                target = static_cast<std::uint32_t>(*number);
                return {};
            },
            .show = [&target] { return target ? std::to_string(*target) : std::string(); }};
}

}  // namespace relay::cli
