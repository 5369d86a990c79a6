// SPDX-License-Identifier: Apache-2.0
import { useState } from 'preact/hooks';
import type { Booked } from '../shared/booked.js';
import { BookingApi } from '../shared/booking_api.js';
import { remaining } from '../shared/clock_words.js';

const bookingPage = '../';

// How long the session lasts, and a way to give it back early; `refused`: somebody has done so, or
// the relay does not know it. Drawn again by the page.
export function SessionEnd({ booked, refused }: { booked: Booked; refused: boolean }) {
  const [finishing, setFinishing] = useState(false);
  const [trouble, setTrouble] = useState('');
  const left = booked.exp - Date.now() / 1000;
  if (left <= 0) {
    return <p class="end">Your session is over. <a href={bookingPage}>Book again</a></p>;
  }
  const finish = async () => {
    setFinishing(true);
    try {
      await ownApi().finish(booked.session);
      location.assign(bookingPage);
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : 'That did not work');
      setFinishing(false);
    }
  };
  return (
    <p class="end">
      <span>Ends in <time>{remaining(left)}</time></span>
      {booked.session && <button disabled={finishing} onClick={() => void finish()}>Finish</button>}
      {refused && <> <a href={bookingPage}>Book again</a></>}
      {trouble && <span class="bad" role="alert"> {trouble}</span>}
    </p>
  );
}

// The booking token is there: the booking page, of the same origin, has left it.
function ownApi(): BookingApi {
  return new BookingApi('../api/v1/', () => Promise.reject(new Error('Log in on the booking page')));
}
