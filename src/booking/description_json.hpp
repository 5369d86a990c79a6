// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/catalogue.hpp"

#include <nlohmann/json_fwd.hpp>

#include <vector>

// Descriptions and interfaces in JSON, as on the wire (spec/booking-instant.md §4.5) and as stored.
// Optional texts that are empty are left out; arrays never are (§2).
namespace relay::booking {

nlohmann::json to_json(const Description& description);
nlohmann::json to_json(const UserInterface& interface);
nlohmann::json to_json(const std::vector<UserInterface>& interfaces);

// Members that are absent or null are empty, unknown ones are skipped. Errc::invalid names a member
// of another type, as `uis[1].description.name has to be a string`.
Result<Description> read_description(const nlohmann::json& value);
Result<UserInterface> read_interface(const nlohmann::json& value);
Result<std::vector<UserInterface>> read_interfaces(const nlohmann::json& value);

}  // namespace relay::booking
