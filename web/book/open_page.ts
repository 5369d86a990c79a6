// SPDX-License-Identifier: Apache-2.0
import { addressOf } from '../shared/booked.js';
import type { Activity } from '../shared/booking_api.js';

// The page with which a session is used; nothing when it has none.
export function addressOfPage(activity: Activity): string | undefined {
  return addressOf(activity, activity.uis[0]?.url ?? '');
}

// False: there is no such page.
export function openPage(activity: Activity): boolean {
  const address = addressOfPage(activity);
  if (address) location.assign(address);
  return address !== undefined;
}
