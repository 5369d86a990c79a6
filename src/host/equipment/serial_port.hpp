// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "base/file_descriptor.hpp"

#include <cstdint>
#include <string>

namespace relay::host {

// Opens a serial device for reading and writing, non-blocking: raw bytes, 8 data bits, no parity,
// one stop bit, no flow control, modem lines ignored. No other program of an unprivileged user can
// open it meanwhile. Errc::unavailable when that fails, with the path in the text; the device may
// come back. Errc::invalid for an unsupported baud rate.
Result<FileDescriptor> open_serial_port(const std::string& path, std::uint32_t baud);

// To be called before it is closed. What the device has not taken yet is discarded: the system
// would wait up to 30 s in close() for a device that takes nothing. Others may open it again.
void give_up_serial_port(int port);

// Errc::invalid when the rate is none that every driver can be asked for.
Result<void> check_baud(std::uint32_t baud);

}  // namespace relay::host
