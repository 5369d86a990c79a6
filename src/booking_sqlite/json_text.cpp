// SPDX-License-Identifier: Apache-2.0
#include "booking_sqlite/json_text.hpp"

#include "booking/description_json.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace relay::booking_sqlite {
namespace {

using nlohmann::json;

Result<std::string> dump(const json& value) {
    try {
        return value.dump();
    } catch (const json::exception&) {
        return fail(Errc::invalid, "a text of the catalogue is not UTF-8");
    }
}

std::unexpected<Error> damaged(std::string_view reason) {
    return fail(Errc::internal, "a stored description is damaged: " + std::string(reason));
}

// `read` turns JSON into a value.
template <class Read>
auto parse(std::string_view text, Read read) -> decltype(read(json())) {
    const json value = json::parse(text, nullptr, false);
    if (value.is_discarded()) return damaged("no JSON");
    auto result = read(value);
    if (!result) return damaged(result.error().detail);
    return result;
}

Result<std::vector<std::string>> read_texts(const json& value) {
    if (!value.is_array()) return fail(Errc::invalid, "no array");
    std::vector<std::string> texts;
    for (const json& element : value) {
        if (!element.is_string()) return fail(Errc::invalid, "no text");
        texts.push_back(element.get_ref<const std::string&>());
    }
    return texts;
}

}  // namespace

Result<std::string> json_text(const booking::Description& description) {
    return dump(booking::to_json(description));
}

Result<std::string> json_text(const std::vector<booking::UserInterface>& interfaces) {
    return dump(booking::to_json(interfaces));
}

Result<std::string> json_text(const std::vector<std::string>& texts) {
    return dump(json(texts));
}

Result<booking::Description> description_from(std::string_view text) {
    return parse(text, [](const json& value) { return booking::read_description(value); });
}

Result<std::vector<booking::UserInterface>> interfaces_from(std::string_view text) {
    return parse(text, [](const json& value) { return booking::read_interfaces(value); });
}

Result<std::vector<std::string>> texts_from(std::string_view text) {
    return parse(text, &read_texts);
}

}  // namespace relay::booking_sqlite
