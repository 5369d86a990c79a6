// SPDX-License-Identifier: Apache-2.0
#include "book_client/connection.hpp"
#include "book_client/run.hpp"
#include "book_client/store_status.hpp"
#include "book_client/text_file.hpp"

#include <fmt/ostream.h>
#include <nlohmann/json.hpp>

#include <iterator>
#include <string>

namespace relay::book_client {
namespace {

using nlohmann::json;

Result<std::string> read_all(const Transfer& transfer, std::istream& in) {
    if (!transfer.file.empty()) return read_file(transfer.file);
    return std::string(std::istreambuf_iterator<char>(in), {});
}

// What could be no export at all is not sent to a server that would replace its content by it.
Result<void> check_export(const Transfer& transfer, const std::string& text) {
    const json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (value.is_object() && value.contains("pool") && value.contains("booking")) return {};
    const std::string name = transfer.file.empty() ? "standard input" : transfer.file.string();
    return fail(Errc::invalid, name + ": is no export of a booking server");
}

}  // namespace

Result<void> export_store(const Transfer& transfer, std::ostream& out) {
    const auto connection = Connection::log_in(transfer.server);
    if (!connection) return std::unexpected(connection.error());
    const auto answer = connection->ask_json({.method = "GET", .path = "/admin/poolstore"});
    if (!answer) return std::unexpected(answer.error());
    if (transfer.file.empty()) return print_json(*answer, out), Result<void>();
    const std::string text = answer->dump() + "\n";
    if (auto written = write_file(transfer.file, text); !written) return written;
    if (transfer.json)
        print_json({{"file", transfer.file.string()}, {"bytes", text.size()}}, out);
    else
        fmt::print(out, "{}: {} bytes\n", transfer.file.string(), text.size());
    return {};
}

Result<void> import_store(const Transfer& transfer, std::istream& in, std::ostream& out) {
    const auto text = read_all(transfer, in);
    if (!text) return std::unexpected(text.error());
    if (auto good = check_export(transfer, *text); !good) return good;
    const auto connection = Connection::log_in(transfer.server);
    if (!connection) return std::unexpected(connection.error());
    const auto answer = connection->ask_json({.method = "POST",
                                              .path = "/admin/poolstore",
                                              .body = *text,
                                              .content_type = "application/json"});
    if (!answer) return std::unexpected(answer.error());
    print_store_status(*answer, transfer.json, out);
    return {};
}

}  // namespace relay::book_client
