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

Result<std::vector<net::Url>> parse_urls(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    std::vector<net::Url> urls;
    for (auto start = text.find_first_not_of(space); start != text.npos;
         start = text.find_first_not_of(space, start)) {
        const auto end = std::min(text.find_first_of(space, start), text.size());
        auto url = net::parse_url(text.substr(start, end - start));
        if (!url) return std::unexpected(url.error());
        urls.push_back(std::move(*url));
        start = end;
    }
    if (urls.empty()) return fail(Errc::invalid, "not an absolute URL");
    return urls;
}

// What is wrong with the URLs and the token together; empty when nothing is.
std::string find_fault(const Target& target) {
    const bool has_token = !target.token.empty() || !target.token_file.empty();
    const bool direct = target.is_direct();
    if (std::ranges::any_of(target.urls, [&](auto& url) { return url.is_websocket() != direct; }))
        return "ws:// or wss:// addresses and access URLs cannot stand in for each other";
    if (direct && has_token)
        return "a ws:// or wss:// address takes no token; with a token, the address is the "
               "http:// or https:// access URL";
    if (!direct && !has_token) return "an access URL needs a token or a token file";
    if (!target.token.empty() && !target.token_file.empty())
        return "give a token or a token file, not both";
    return "";
}

}  // namespace

Result<Target> make_target(std::string_view urls, Secret token, std::filesystem::path token_file) {
    auto parsed = parse_urls(urls);
    if (!parsed) return std::unexpected(parsed.error());
    Target target{std::move(*parsed), std::move(token), std::move(token_file)};
    if (auto fault = find_fault(target); !fault.empty())
        return fail(Errc::invalid, std::move(fault));
    return target;
}

Result<Secret> current_token(const Target& target) {
    if (!target.token_file.empty()) return read_token(target.token_file);
    return checked(target.token.reveal(), "the token");
}

}  // namespace relay::uplink
