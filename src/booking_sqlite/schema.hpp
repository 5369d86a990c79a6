// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace relay::booking_sqlite {

// The steps of store::migrate (spec/booking-model.md §2-§3). Appended to, never changed.
//
// Names of columns: *_ms are unix milliseconds, *_s seconds. Rows of the catalogue are never
// deleted: `live` says whether something is offered, `retired_ms` when it was withdrawn.
std::span<const std::string_view> schema_steps();

}  // namespace relay::booking_sqlite
