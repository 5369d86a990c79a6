// SPDX-License-Identifier: Apache-2.0
import type { Bookings } from './bookings.js';

// What the parts of the page have in common.
export interface Desk {
  bookings: Bookings;
  redraw(): void;
  look(): void;  // asks the server at once
}
