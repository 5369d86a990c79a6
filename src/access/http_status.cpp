// SPDX-License-Identifier: Apache-2.0
#include "access/http_status.hpp"

namespace relay::access {

int http_status(Errc code) {
    switch (code) {
        case Errc::invalid:
            return 400;
        case Errc::unauthorized:
            return 401;
        case Errc::forbidden:
            return 403;
        case Errc::not_found:
            return 404;
        case Errc::conflict:
            return 409;
        case Errc::limit:
            return 429;
        case Errc::unavailable:
        case Errc::interrupted:
            return 503;
        case Errc::internal:
            break;
    }
    return 500;
}

net::HttpResponse error_answer(const Error& error) {
    net::HttpResponse response = net::error_response(http_status(error.code), error.detail);
    // RFC 9110 §15.5.2 requires it with every 401.
    if (response.status == 401) response.fields.set("WWW-Authenticate", "Bearer");
    return response;
}

}  // namespace relay::access
