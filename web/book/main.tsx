// SPDX-License-Identifier: Apache-2.0
import { render } from 'preact';
import { BookingApi, BookingRefused } from '../shared/booking_api.js';
import { Bookings } from './bookings.js';
import { Page } from './page.js';

// The course stands in the address, as ?c=optics; its class token is a file beside this page.
const course = new URLSearchParams(location.search).get('c') ?? 'everyone';

async function classToken(): Promise<string> {
  const response = await fetch(`./tokens/${encodeURIComponent(course)}`, { cache: 'no-store' });
  if (response.status === 404) throw new BookingRefused(404, `There is no course “${course}” here`);
  if (!response.ok) throw new BookingRefused(response.status, '');
  return (await response.text()).trim();
}

const bookings = new Bookings(new BookingApi('./api/v1/', classToken));
render(<Page bookings={bookings} />, document.getElementById('page')!);
