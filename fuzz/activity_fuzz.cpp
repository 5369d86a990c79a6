// SPDX-License-Identifier: Apache-2.0
// The body of a request that offers an activity, from its bytes to what can be booked: no bytes do
// harm; what is wrong is refused in one of the shapes of the API; what is well is told as it was
// taken.
#include "book/http/body.hpp"
#include "book/instant/activity_json.hpp"
#include "booking/description_json.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace relay;
using namespace relay::book;

constexpr WallTime now{std::chrono::seconds(1'795'342'750)};

void require(bool condition) {
    if (!condition) std::abort();
}

void check_refusal(const net::HttpResponse& answer) {
    require(answer.status == 400 || answer.status == 422);
    require(nlohmann::json::accept(answer.body));
}

void check_activity(const SentActivity& sent) {
    const booking::Activity& activity = sent.activity;
    require(activity.expires.time_since_epoch().count() >= 0);
    for (const booking::Stream& stream : activity.streams)
        require(std::ranges::count(activity.streams, stream.role, &booking::Stream::role) == 1);
    if (flaw_of(activity, now)) return;
    require(activity.expires > now);
    const auto again = booking::read_interfaces(booking::to_json(activity.interfaces));
    require(again && *again == activity.interfaces);
    const auto description = booking::read_description(booking::to_json(activity.description));
    require(description && *description == activity.description);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Endpoint endpoint{.method = "POST",
                                   .pattern = "/activities",
                                   .body = Body::json,
                                   .answer = Immediate(),
                                   .body_name = "activity"};
    net::HttpRequest request{.method = "POST", .target = "/activities"};
    request.body.assign(reinterpret_cast<const char*>(data), size);
    const auto body = parse_body(request, endpoint);
    if (!body) return check_refusal(body.error()), 0;
    const auto sent = read_activity(*body);
    if (!sent) return check_refusal(sent.error()), 0;
    check_activity(*sent);
    return 0;
}
