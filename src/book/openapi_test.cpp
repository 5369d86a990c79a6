// SPDX-License-Identifier: Apache-2.0
#include "book/openapi.hpp"

#include "book/admin/endpoints.hpp"
#include "book/instant/endpoints.hpp"
#include "book/metrics_text.hpp"
#include "book/service_endpoints.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace relay::book {
namespace {

using nlohmann::json;

json document() {
    return json::parse(openapi_json(), nullptr, /*allow_exceptions=*/false);
}

std::vector<Endpoint> api_endpoints() {
    std::vector<Endpoint> all = instant_endpoints(nullptr, 2, [] {});
    for (Endpoint& endpoint : admin_endpoints([] {})) all.push_back(std::move(endpoint));
    return all;
}

std::vector<Endpoint> root_endpoints() {
    std::vector<Endpoint> all = service_endpoints();
    all.push_back(metrics_endpoint(std::make_shared<RequestCounts>()));
    return all;
}

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(c | 0x20);
    return text;
}

std::set<std::string> names_of(const std::vector<Endpoint>& endpoints) {
    std::set<std::string> names;
    for (const Endpoint& endpoint : endpoints)
        names.insert(lower(endpoint.method) + " " + endpoint.pattern);
    return names;
}

// Of paths with servers of their own, or of the others.
std::set<std::string> described(bool at_root) {
    std::set<std::string> names;
    for (const auto& [path, item] : document()["paths"].items()) {
        if (item.contains("servers") != at_root) continue;
        for (const auto& [method, operation] : item.items())
            if (method != "servers") names.insert(method + " " + path);
    }
    return names;
}

TEST(OpenApi, describes_each_endpoint_and_nothing_else) {
    EXPECT_EQ(described(false), names_of(api_endpoints()));
    EXPECT_EQ(described(true), names_of(root_endpoints()));
}

const json& operation_of(const json& document, const Endpoint& endpoint) {
    return document["paths"][endpoint.pattern][lower(endpoint.method)];
}

TEST(OpenApi, tells_where_a_token_and_a_body_are_wanted) {
    const json all = document();
    for (const auto& endpoints : {api_endpoints(), root_endpoints()}) {
        for (const Endpoint& endpoint : endpoints) {
            const json& operation = operation_of(all, endpoint);
            EXPECT_EQ(operation.contains("security"), endpoint.access == Access::open)
                << endpoint.pattern;
            EXPECT_EQ(operation.contains("requestBody"), endpoint.body != Body::none)
                << endpoint.method << endpoint.pattern;
            EXPECT_EQ(operation["responses"].contains("429"), endpoint.budget != Budget::unlimited)
                << endpoint.pattern;
        }
    }
}

TEST(OpenApi, describes_what_stands_in_the_paths) {
    for (const auto& [path, item] : document()["paths"].items()) {
        for (const auto& [method, operation] : item.items()) {
            if (method == "servers") continue;
            for (const json& parameter : operation.value("parameters", json::array())) {
                if (parameter["in"] != "path") continue;
                const std::string name = parameter["name"];
                EXPECT_NE(path.find("{" + name + "}"), std::string::npos) << path;
            }
        }
    }
}

void expect_references(const json& all, const json& part) {
    if (part.is_object() && part.contains("$ref")) {
        const std::string target = part["$ref"];
        ASSERT_TRUE(target.starts_with("#")) << target;
        EXPECT_TRUE(all.contains(json::json_pointer(target.substr(1)))) << target;
    }
    if (part.is_structured())
        for (const json& element : part) expect_references(all, element);
}

// Any value at all would fit.
void expect_no_empty_schema(const json& part, const std::string& where) {
    for (const auto& [key, inner] : part.items()) {
        if (inner.is_structured()) expect_no_empty_schema(inner, where + "/" + key);
        EXPECT_NE(inner, json::object()) << where << "/" << key;
    }
}

TEST(OpenApi, says_what_each_answer_is_made_of) {
    expect_no_empty_schema(document()["paths"], "paths");
    expect_no_empty_schema(document()["components"], "components");
}

TEST(OpenApi, refers_to_what_is_there) {
    expect_references(document(), document());
}

}  // namespace
}  // namespace relay::book
