// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "book/denials/delivery_plan.hpp"
#include "booking/store.hpp"
#include "net/byte_stream.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>

namespace relay::book {

// Tells relays that bookings are over before their time: takes denials out of the outbox, posts
// them, settles or postpones each, until a relay has answered or the booking would have ended.
// Several relays at a time; a relay that does not answer delays no other. On one io thread, but
// where it says otherwise.
class Courier {
public:
    struct Settings {
        Secret relay_secret;
        bool optimistic = false;  // one attempt only, whatever comes of it
        std::chrono::milliseconds attempt_time{5'000};
        std::chrono::milliseconds store_pause{1'000};  // after a failure of the store
        DeliveryPlan::Limits limits;
        net::ConnectSettings connect;
    };
    // The context and the store have to outlive what stop() ends.
    Courier(boost::asio::io_context& context, booking::Store& store, Settings settings,
            WallClock clock);
    ~Courier();  // as stop()

    // Looks into the outbox now, and from then on when an attempt is due: call it at the start, and
    // after a commit that wrote denials. Any thread.
    void wake();
    // Ends attempts; what is not settled stays in the outbox. Before the store and the io thread
    // end; the store calls back until it is stopped itself.
    void stop();

private:
    class Implementation;
    std::shared_ptr<Implementation> implementation_;
};

}  // namespace relay::book
