// SPDX-License-Identifier: Apache-2.0
import type { Activity, EndingSession } from '../shared/booking_api.js';
import { remaining } from '../shared/clock_words.js';
import type { Desk } from './desk.js';
import { addressOfPage, openPage } from './open_page.js';

// What the person has booked.
export function Sessions(desk: Desk) {
  const { activities, ending, max } = desk.bookings.standing;
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">Your sessions: {activities.length + ending.length} of {max}</h2>
      <ul>
        {activities.map((activity) => <Session key={activity.session} activity={activity} {...desk} />)}
        {ending.map((session) => <Ending key={session.name} session={session} />)}
      </ul>
    </section>
  );
}

function Session({ activity, bookings, redraw, look }: { activity: Activity } & Desk) {
  const { name } = activity.description;
  const left = activity.exp - Date.now() / 1000;
  const finish = async () => {
    if (bookings.busy) return;
    const finished = bookings.finish(activity);
    redraw();
    // The button goes, and with it the focus.
    if (await finished) document.getElementById('offers')?.focus();
    redraw();
    look();
  };
  return (
    <li>
      <div>
        <p>{name}</p>
        <p class="hint">{left > 0 ? <>Ends in <time>{remaining(left)}</time></> : 'Over'}</p>
      </div>
      <div>
        {addressOfPage(activity) && (
          <button onClick={() => openPage(activity)} aria-label={`Open ${name}`}>Open</button>
        )}
        {activity.session && (
          <button aria-disabled={bookings.busy} onClick={() => void finish()} aria-label={`Finish ${name}`}>
            Finish
          </button>
        )}
      </div>
    </li>
  );
}

// It cannot be used any more, and still counts.
function Ending({ session }: { session: EndingSession }) {
  return (
    <li>
      <div>
        <p>{session.activity}</p>
        <p class="hint">Ending … It counts as one of your sessions until its equipment is free.</p>
      </div>
    </li>
  );
}
