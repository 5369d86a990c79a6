// SPDX-License-Identifier: Apache-2.0
#include "uplink/failure.hpp"

#include "uplink/access_client.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace relay::uplink {
namespace {

using Kind = Failure::Kind;

Kind kind_of(Errc code) {
    switch (code) {
        case Errc::interrupted:
            return Kind::restart;
        case Errc::invalid:
        case Errc::unauthorized:
        case Errc::forbidden:
        case Errc::not_found:
            return Kind::refusal;
        case Errc::conflict:
        case Errc::limit:
        case Errc::unavailable:
        case Errc::internal:
            break;
    }
    return Kind::other;
}

bool shows_restart(wire::CloseCode code) {
    return code == wire::CloseCode::abnormal || code == wire::CloseCode::going_away ||
           code == wire::CloseCode::service_restart;
}

Kind kind_of(wire::CloseCode code) {
    if (shows_restart(code)) return Kind::restart;
    return code == wire::CloseCode::replaced ? Kind::replaced : Kind::other;
}

std::string describe(const net::WebSocketEnd& end) {
    if (end.code == wire::CloseCode::abnormal) return "connection lost: " + end.reason;
    const auto code = static_cast<int>(end.code);
    const bool replaced = end.code == wire::CloseCode::replaced;
    const std::string_view why = replaced ? "replaced by another that uses the same topic: " : "";
    return fmt::format("{}closed with {}{}{}", why, code, end.reason.empty() ? "" : ": ",
                       end.reason);
}

}  // namespace

Failure failure_of(Error error) {
    const Kind kind = kind_of(error.code);
    return {std::move(error), kind};
}

Failure failure_of(const net::WebSocketFailure& failure) {
    return failure_of(failure.answer ? refusal("WebSocket refused", *failure.answer)
                                     : failure.error);
}

Failure failure_of(const net::WebSocketEnd& end) {
    const Kind kind = kind_of(end.code);
    const Errc code = kind == Kind::restart ? Errc::interrupted : Errc::unavailable;
    return {{code, describe(end)}, kind};
}

}  // namespace relay::uplink
