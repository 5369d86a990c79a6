// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'preact/hooks';
import { addressOf } from '../shared/booked.js';
import type { Activity, Pool } from '../shared/booking_api.js';
import { remaining } from '../shared/clock_words.js';
import type { Bookings } from './bookings.js';

const refreshEvery = 2000;  // ms
const choices = [2, 5, 15, 30];  // minutes

export function Page({ bookings }: { bookings: Bookings }) {
  const [, draw] = useState(0);
  const redraw = () => draw((count) => count + 1);
  const update = () => void bookings.refresh().then(redraw);
  useEffect(() => {
    update();
    const timer = setInterval(() => void bookings.keepUp().then(redraw), refreshEvery);
    return () => clearInterval(timer);
  }, []);
  const { standing, pools, ready } = bookings;
  const trouble = bookings.refusal || bookings.trouble;
  return (
    <>
      <header>
        <h1>Book an experiment</h1>
        <p class="hint">{standing.message}</p>
      </header>
      <main>
        {trouble && <p class="refusal" role="alert">{trouble}</p>}
        {standing.activities.length > 0 && <Sessions bookings={bookings} redraw={redraw} />}
        <section aria-labelledby="offers">
          <h2 id="offers">What can be booked</h2>
          <Minutes bookings={bookings} onChange={update} />
          {!ready && !trouble && <p class="hint">Asking …</p>}
          <ul>
            {pools.map((pool) => <Offer key={pool.id} pool={pool} bookings={bookings} redraw={redraw} />)}
          </ul>
        </section>
      </main>
    </>
  );
}

function Minutes({ bookings, onChange }: { bookings: Bookings; onChange: () => void }) {
  return (
    <p class="choice">
      <label for="minutes">For</label>
      <select
        id="minutes" value={bookings.minutes}
        onChange={(event) => {
          bookings.minutes = Number(event.currentTarget.value);
          onChange();
        }}
      >
        {choices.map((minutes) => <option value={minutes}>{minutes} minutes</option>)}
      </select>
    </p>
  );
}

function Offer({ pool, bookings, redraw }: { pool: Pool; bookings: Bookings; redraw: () => void }) {
  const full = bookings.standing.activities.length >= bookings.standing.max;
  const possible = pool.available > 0 && !bookings.standing.locked && !full && !bookings.busy;
  const book = async () => {
    redraw();
    const activity = await bookings.book(pool);
    redraw();
    if (activity) open(activity);
  };
  return (
    <li>
      <div>
        <p>{pool.name}</p>
        <p class="hint">{pool.about}</p>
        <p class="hint">{stateOf(pool, full, bookings.standing.locked)}</p>
      </div>
      <button disabled={!possible} onClick={() => void book()} aria-label={`Book ${pool.name}`}>Book</button>
    </li>
  );
}

function stateOf(pool: Pool, full: boolean, locked: boolean): string {
  if (locked) return 'No new sessions at present';
  if (full) return 'You have as many sessions as you may';
  if (pool.available > 0) return `${pool.available} free`;
  return pool.wait === undefined ? 'None free' : `Free in ${remaining(pool.wait)}`;
}

function Sessions({ bookings, redraw }: { bookings: Bookings; redraw: () => void }) {
  const finish = async (activity: Activity) => {
    await bookings.finish(activity);
    redraw();
  };
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">Your sessions</h2>
      <ul>
        {bookings.standing.activities.map((activity) => (
          <li key={activity.session}>
            <div>
              <p>{activity.description.name}</p>
              <p class="hint">Ends in <time>{remaining(activity.exp - Date.now() / 1000)}</time></p>
            </div>
            <div>
              <button onClick={() => open(activity)} aria-label={`Open ${activity.description.name}`}>Open</button>
              {activity.session && (
                <button disabled={bookings.busy} onClick={() => void finish(activity)}
                        aria-label={`Finish ${activity.description.name}`}>Finish</button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function open(activity: Activity): void {
  const address = addressOf(activity, activity.uis[0]?.url ?? '');
  if (address) location.assign(address);
}
