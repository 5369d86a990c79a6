// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_message.hpp"

#include <string>

namespace relay::host {

// Whether a browser sends the request on behalf of a page from elsewhere. The host has no
// passwords, so a page on the internet, opened on the experiment's computer, must not reach it.
// Programs send no Origin and are not meant here.
//
// Pages of the same computer (localhost, loopback addresses, any port) and pages that this host's
// own address served are at home. A page's host name that only matches the Host field proves
// nothing: names of the attacker can be made to point here (DNS rebinding); addresses cannot.
bool is_foreign(const net::HttpRequest& request);

// Whether the request names this host by a name that anybody may point here. A page that only reads
// sends no Origin to the name that it came from, so DNS rebinding shows in the Host field alone.
// Addresses, `localhost` and names without a dot prove a request of this computer's own. Only for a
// host that listens to this computer alone: others are rightly asked for by their names.
bool has_foreign_name(const net::HttpRequest& request);

// Whether the address is one of this computer alone.
bool is_loopback(const std::string& address);

}  // namespace relay::host
