// SPDX-License-Identifier: Apache-2.0
#include "book_client/store_status.hpp"

#include <fmt/ostream.h>
#include <nlohmann/json.hpp>

namespace relay::book_client {

using nlohmann::json;

void print_store_status(const json& status, bool one_line, std::ostream& out) {
    if (one_line) return print_json(status, out);
    fmt::print(out, "{}\n", status.dump(1, '\t', false, json::error_handler_t::replace));
}

void print_json(const json& value, std::ostream& out) {
    fmt::print(out, "{}\n", value.dump(-1, ' ', false, json::error_handler_t::replace));
}

}  // namespace relay::book_client
