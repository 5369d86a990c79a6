// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_message.hpp"

namespace relay::host {

// Whether a browser sends the request on behalf of a page from elsewhere. The host has no
// passwords, so a page on the internet, opened on the experiment's computer, must not reach it.
// Programs send no Origin and are not meant here.
//
// Pages of the same computer (localhost, loopback addresses, any port) and pages that this host's
// own address served are at home. A page's host name that only matches the Host field proves
// nothing: names of the attacker can be made to point here (DNS rebinding); addresses cannot.
bool is_foreign(const net::HttpRequest& request);

}  // namespace relay::host
