// SPDX-License-Identifier: Apache-2.0
#include "uplink/target.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>

namespace relay::uplink {
namespace {

constexpr std::size_t token_limit = 16 * 1024;  // header fields of servers end there

Result<Secret> checked(std::string text, const std::string& origin) {
    const auto is_space = [](char letter) { return std::strchr(" \t\r\n", letter) && letter; };
    while (!text.empty() && is_space(text.back())) text.pop_back();
    text.erase(text.begin(), std::ranges::find_if_not(text, is_space));
    if (text.empty()) return fail(Errc::invalid, origin + " is empty");
    if (text.size() > token_limit) return fail(Errc::invalid, origin + " is too long");
    if (!std::ranges::all_of(text, [](char letter) { return letter > ' ' && letter < 0x7F; }))
        return fail(Errc::invalid, origin + " is not one line of visible characters");
    return Secret(std::move(text));
}

Result<Secret> read_token(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string text(token_limit + 256, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    // libstdc++ reports a directory and an I/O error by bad(), a missing file by a closed stream.
    if (!stream.is_open() || stream.bad())
        return fail(Errc::unavailable, "the token file " + file.string() + " cannot be read");
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return checked(std::move(text), "the token file " + file.string());
}

}  // namespace

Result<Target> make_target(std::string_view url, Secret token, std::filesystem::path token_file) {
    auto parsed = net::parse_url(url);
    if (!parsed) return std::unexpected(parsed.error());
    const bool has_token = !token.empty() || !token_file.empty();
    if (parsed->is_websocket() && has_token)
        return fail(Errc::invalid,
                    "a ws:// or wss:// address takes no token; with a token, the "
                    "address is the http:// or https:// access URL");
    if (!parsed->is_websocket() && !has_token)
        return fail(Errc::invalid, "an access URL needs a token or a token file");
    if (!token.empty() && !token_file.empty())
        return fail(Errc::invalid, "give a token or a token file, not both");
    return Target{std::move(*parsed), std::move(token), std::move(token_file)};
}

Result<Secret> current_token(const Target& target) {
    if (!target.token_file.empty()) return read_token(target.token_file);
    return checked(target.token.reveal(), "the token");
}

}  // namespace relay::uplink
