// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "net/url.hpp"
#include "shell_host/targets.hpp"
#include "tunnel/plain_link.hpp"

#include <chrono>
#include <string>

namespace relay::shell_host {

// A client that an alert announced, and what the host has decided about it. A plain value.
struct Visit {
    std::string connection;        // the relay's name for it, for logs
    net::Url address;              // to dial; holds a one-time code: never log it whole
    Result<TargetAddress> target;  // where its bytes go; or why nowhere, in words for the client:
                                   // Errc::not_found for an unknown name, Errc::limit
};

// One line for each: who, when, where to. `form` is plain or resumable.
void log_opened(const Visit& visit, const char* form);
void log_ended(const Visit& visit, const char* form, const tunnel::LinkEnd& end,
               std::chrono::steady_clock::duration lasted);

}  // namespace relay::shell_host
