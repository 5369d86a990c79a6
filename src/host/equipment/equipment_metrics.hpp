// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/equipment/equipment.hpp"
#include "metrics/family.hpp"

#include <vector>

namespace relay::host {

// The part of GET /metrics about cameras and bridges, added up by feed: a program or device has no
// name that is sure to differ from the others'.
std::vector<metrics::Family> equipment_metrics(const Equipment::Status& status);

}  // namespace relay::host
