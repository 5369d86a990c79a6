// SPDX-License-Identifier: Apache-2.0
import { remaining } from '../shared/clock_words.js';
import type { Bookings, Offer } from './bookings.js';
import type { Desk } from './desk.js';
import { openPage } from './open_page.js';

const choices = [2, 5, 15, 30];  // minutes

// What there is to book, each with its button.
export function Offers(desk: Desk) {
  const { bookings } = desk;
  return (
    <section aria-labelledby="offers">
      <h2 id="offers" tabIndex={-1}>What can be booked</h2>
      {bookings.offers.length > 0 && <Minutes {...desk} />}
      {bookings.ready && !bookings.standing.locked && bookings.full && (
        <p class="hint">You have as many sessions as you may. Finish one to book another.</p>
      )}
      {!bookings.ready && !bookings.trouble && <p class="hint">Asking …</p>}
      {bookings.ready && bookings.offers.length === 0 && <p class="hint">Nothing is offered in this course.</p>}
      <ul>
        {bookings.offers.map((offer) => <Row key={offer.pool.id} offer={offer} {...desk} />)}
      </ul>
    </section>
  );
}

function Minutes({ bookings, look }: Desk) {
  return (
    <p class="choice">
      <label for="minutes">Book for</label>
      <select
        id="minutes" value={bookings.minutes}
        onChange={(event) => {
          bookings.minutes = Number(event.currentTarget.value);
          look();
        }}
      >
        {choices.map((minutes) => <option value={minutes}>{minutes} minutes</option>)}
      </select>
    </p>
  );
}

function Row({ offer, bookings, redraw, look }: { offer: Offer } & Desk) {
  const { pool, available } = offer;
  const book = async () => {
    if (bookings.busy) return;
    const booked = bookings.book(pool);
    redraw();
    const activity = await booked;
    redraw();
    if (!activity || !openPage(activity)) look();
  };
  return (
    <li>
      <div>
        <p>{pool.name}</p>
        <p class="hint">{pool.about}</p>
        <p class="hint">{stateOf(offer)}</p>
      </div>
      <button disabled={!available || !isOpen(bookings)} aria-disabled={bookings.busy}
              onClick={() => void book()} aria-label={`Book ${pool.name}`}>Book</button>
    </li>
  );
}

function isOpen({ standing, full }: Bookings): boolean {
  return !standing.locked && !full;
}

function stateOf({ available, freeAt }: Offer): string {
  if (available === undefined) return '';
  if (available > 0) return `${available} free`;
  if (freeAt === undefined) return 'None free';
  const left = (freeAt - Date.now()) / 1000;
  return left > 0 ? `Free in ${remaining(left)}` : 'Free at any moment';
}
