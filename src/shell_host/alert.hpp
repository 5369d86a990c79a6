// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "net/url.hpp"
#include "wire/message.hpp"

#include <string>
#include <string_view>
#include <variant>

// What a relay tells the host about its clients, as text messages on the manager connection.
namespace relay::shell_host {

// A client has come: dial the address, which is one end of its connection.
struct ConnectAlert {
    std::string connection;  // the relay's name for it: letters, digits and `-`
    net::Url address;        // holds a one-time code: never log it whole
    std::string target;      // a name of the allow-list, in any spelling; empty: the usual target
    bool resumable = false;  // the WebSocket must offer relay.resume.v1
};

// It has gone.
struct DisconnectAlert {
    std::string connection;
};

using Alert = std::variant<ConnectAlert, DisconnectAlert>;

// Errc::invalid, with what is wrong but nothing of the contents, for anything else. Members beyond
// those above are ignored. On any thread.
Result<Alert> parse_alert(const wire::Message& message);

// Whether the alert's address is one that the relay of the manager connection gives out for this
// topic: the manager's scheme, host and port, and a path that ends with `/<topic>/<connection>`. So
// nobody who may speak on the topic can point the host elsewhere.
bool leads_to_relay(const ConnectAlert& alert, const net::Url& manager);

}  // namespace relay::shell_host
