// SPDX-License-Identifier: Apache-2.0
#include "host/feeds/name.hpp"

#include <algorithm>

namespace relay::host {
namespace {

constexpr std::size_t longest_name = 256;

bool is_name_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' || letter == '.' ||
           letter == '/';
}

// Parts that URLs cannot carry: clients remove them from paths.
bool has_bad_part(std::string_view name) {
    for (std::size_t start = 0; start <= name.size();) {
        const std::size_t end = std::min(name.find('/', start), name.size());
        const std::string_view part = name.substr(start, end - start);
        if (part.empty() || part == "." || part == "..") return true;
        start = end + 1;
    }
    return false;
}

}  // namespace

std::unexpected<Error> invalid(std::string_view what, std::string_view why) {
    return fail(Errc::invalid, std::string(what).append(": ").append(why));
}

Result<std::string> parse_name(std::string_view text, std::string_view what) {
    if (text.starts_with('/')) text.remove_prefix(1);
    if (text.empty()) return invalid(what, "must not be empty");
    if (text.size() > longest_name) return invalid(what, "longer than 256 characters");
    if (!std::ranges::all_of(text, is_name_letter))
        return invalid(what, "may hold letters, digits, - _ . and /");
    if (has_bad_part(text)) return invalid(what, "has an empty, \".\" or \"..\" part");
    if (is_all(text)) return invalid(what, "is a reserved name");
    return std::string(text);
}

}  // namespace relay::host
