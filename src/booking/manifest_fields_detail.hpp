// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "booking/manifest_draft_detail.hpp"
#include "booking/time.hpp"
#include "config/yaml.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

// What the members of a manifest's entries may be. Setters refer to their targets.
namespace relay::booking {

config::YamlSetter name_into(std::string& target);           // a text that is not empty
config::YamlSetter optional_text_into(std::string& target);  // nothing at all counts as empty
config::YamlSetter web_address_into(std::string& target);
config::YamlSetter connection_type_into(std::string& target);
config::YamlSetter names_into(std::vector<std::string>& target);   // that differ
config::YamlSetter scopes_into(std::vector<std::string>& target);  // one or more names that differ
config::YamlSetter reference_into(std::optional<Reference>& target);
config::YamlSetter references_into(std::vector<Reference>& target);  // that differ
// Zero after what is no length.
config::YamlSetter session_length_into(std::chrono::seconds& target);
// A time to come, in unix seconds or as RFC 3339 writes it.
config::YamlSetter expiry_into(BookingTime& target, BookingTime now);
config::YamlSetter session_count_into(std::optional<std::uint32_t>& target);

}  // namespace relay::booking
