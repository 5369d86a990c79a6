// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "net/http_message.hpp"

namespace relay::access {

// The HTTP status (RFC 9110 §15) for a kind of failure: the one table of it.
int http_status(Errc code);

// The answer for an error: its status and detail in the shape of net::error_response.
net::HttpResponse error_answer(const Error& error);

}  // namespace relay::access
