// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret.hpp"
#include "booking/denial_table.hpp"
#include "net/http_message.hpp"
#include "net/url.hpp"

#include <string>

// What a relay is asked, and what its answer means (docs/protocol.md, `POST /bids/deny`). Pure.
namespace relay::book {

struct DenyRequest {
    net::Url url;
    Secret token;  // for this relay alone, for five minutes
};

// Errc::invalid when the relay's address is no http or https URL, or the secret is empty.
Result<DenyRequest> make_deny_request(const booking::Denial& denial, const Secret& relay_secret,
                                      WallTime now);

struct DenyOutcome {
    enum class Kind {
        settled,  // the relay refuses the booking from now on, or says that its time is over
        refused,  // it does not accept our token, or is no relay: for the operator to put right
        failed,   // it may answer later
    };
    Kind kind;
    std::string detail;  // for logs; empty when settled
};
DenyOutcome judge(const Result<net::HttpResponse>& answer);

}  // namespace relay::book
