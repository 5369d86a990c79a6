// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "booking/catalogue.hpp"

#include <string>
#include <string_view>
#include <vector>

// Columns that hold JSON.
namespace relay::booking_sqlite {

// Errc::invalid for texts that are not UTF-8.
Result<std::string> json_text(const booking::Description& description);
Result<std::string> json_text(const std::vector<booking::UserInterface>& interfaces);
Result<std::string> json_text(const std::vector<std::string>& texts);

// Errc::internal when it is not what json_text wrote.
Result<booking::Description> description_from(std::string_view text);
Result<std::vector<booking::UserInterface>> interfaces_from(std::string_view text);
Result<std::vector<std::string>> texts_from(std::string_view text);

}  // namespace relay::booking_sqlite
