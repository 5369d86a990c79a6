// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/equipment/equipment.hpp"

#include <nlohmann/json.hpp>

namespace relay::host {

// The part of GET /status about cameras and bridges: {"cameras":[...],"bridges":[...]}.
nlohmann::ordered_json equipment_json(const Equipment::Status& status);

// The part about what a feed's MPEG-TS consisted of.
nlohmann::ordered_json mpegts_json(const Feed& feed);

}  // namespace relay::host
