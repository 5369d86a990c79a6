// SPDX-License-Identifier: Apache-2.0
#include "booking/description_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace relay::booking {
namespace {

using nlohmann::json;

// Reads the members of the object at `path` one by one and remembers the first problem. `null`
// counts as absent.
class MemberReader {
public:
    MemberReader(const json& value, std::string path) : value_(value), path_(std::move(path)) {
        if (!value.is_object()) problem_ = path_ + " has to be an object";
    }

    void text(const char* name, std::string& target) {
        const json* member = find(name);
        if (!member) return;
        if (!member->is_string()) return complain(name, "has to be a string");
        target = member->get_ref<const std::string&>();
    }

    void texts(const char* name, std::vector<std::string>& target) {
        const json* member = find(name);
        if (!member) return;
        if (!member->is_array()) return complain(name, "has to be an array of strings");
        for (const json& element : *member) {
            if (!element.is_string()) return complain(name, "has to be an array of strings");
            target.push_back(element.get_ref<const std::string&>());
        }
    }

    template <class Value>
    void part(const char* name, Value& target, Result<Value> (*read)(const json&, std::string)) {
        const json* member = find(name);
        if (!member) return;
        Result<Value> part = read(*member, fmt::format("{}.{}", path_, name));
        if (part)
            target = std::move(*part);
        else
            problem_ = std::move(part.error().detail);
    }

    template <class Value>
    Result<Value> result(Value value) {
        if (!problem_.empty()) return fail(Errc::invalid, std::move(problem_));
        return value;
    }

private:
    const json* find(const char* name) const {
        if (!problem_.empty()) return nullptr;
        const auto member = value_.find(name);
        return member == value_.end() || member->is_null() ? nullptr : &*member;
    }
    void complain(std::string_view name, std::string_view expected) {
        problem_ = fmt::format("{}.{} {}", path_, name, expected);
    }

    const json& value_;
    std::string path_;
    std::string problem_;
};

Result<Description> read_description_at(const json& value, std::string path) {
    MemberReader members(value, std::move(path));
    Description description;
    members.text("name", description.name);
    members.text("type", description.type);
    members.text("short", description.short_text);
    members.text("long", description.long_text);
    members.text("further", description.further);
    members.text("thumb", description.thumb);
    members.text("image", description.image);
    return members.result(std::move(description));
}

Result<UserInterface> read_interface_at(const json& value, std::string path) {
    MemberReader members(value, std::move(path));
    UserInterface interface;
    members.text("url", interface.url);
    members.part("description", interface.description, &read_description_at);
    members.texts("streamsRequired", interface.streams_required);
    return members.result(std::move(interface));
}

void put_if_any(json& object, const char* name, const std::string& text) {
    if (!text.empty()) object[name] = text;
}

}  // namespace

json to_json(const Description& description) {
    json object = {{"name", description.name}, {"type", description.type}};
    put_if_any(object, "short", description.short_text);
    put_if_any(object, "long", description.long_text);
    put_if_any(object, "further", description.further);
    put_if_any(object, "thumb", description.thumb);
    put_if_any(object, "image", description.image);
    return object;
}

json to_json(const UserInterface& interface) {
    json object;
    object["url"] = interface.url;
    object["description"] = to_json(interface.description);
    object["streamsRequired"] = interface.streams_required;
    return object;
}

json to_json(const std::vector<UserInterface>& interfaces) {
    json array = json::array();
    for (const UserInterface& interface : interfaces) array.push_back(to_json(interface));
    return array;
}

Result<Description> read_description(const json& value) {
    return read_description_at(value, "description");
}

Result<UserInterface> read_interface(const json& value) {
    return read_interface_at(value, "ui");
}

Result<std::vector<UserInterface>> read_interfaces(const json& value) {
    if (!value.is_array()) return fail(Errc::invalid, "uis has to be an array");
    std::vector<UserInterface> interfaces;
    for (const json& element : value) {
        Result<UserInterface> interface =
            read_interface_at(element, fmt::format("uis[{}]", interfaces.size()));
        if (!interface) return std::unexpected(std::move(interface.error()));
        interfaces.push_back(std::move(*interface));
    }
    return interfaces;
}

}  // namespace relay::booking
