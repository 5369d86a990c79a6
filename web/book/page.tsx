// SPDX-License-Identifier: Apache-2.0
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Bookings } from './bookings.js';
import { Lookout } from './lookout.js';
import { Offers } from './offers.js';
import { Sessions } from './sessions.js';

const drawEvery = 1000;  // ms, for the times that remain; nobody is asked

export function Page({ bookings }: { bookings: Bookings }) {
  const [, draw] = useState(0);
  const desk = useMemo(() => {
    const redraw = () => draw((count) => count + 1);
    const lookout = new Lookout(bookings, redraw);
    return { bookings, redraw, look: () => void lookout.look(), lookout };
  }, []);
  useEffect(() => {
    desk.lookout.start();
    const timer = setInterval(desk.redraw, drawEvery);
    return () => clearInterval(timer);
  }, []);
  const { activities, ending, locked, message } = bookings.standing;
  return (
    <>
      <header>
        <h1>Book an experiment</h1>
        {!locked && <p class="hint">{message}</p>}
      </header>
      <main>
        <Trouble bookings={bookings} />
        {locked && <p class="notice">No new sessions at present. {message}</p>}
        {activities.length + ending.length > 0 && <Sessions {...desk} />}
        <Offers {...desk} />
      </main>
    </>
  );
}

// What a button came to goes first: the rest mends itself. The box is always there, so that
// screen readers tell what comes into it.
function Trouble({ bookings: { refusal, trouble } }: { bookings: Bookings }) {
  return (
    <div role="alert">
      {refusal && <p class="refusal">{sentence(refusal)}</p>}
      {!refusal && trouble && <p class="refusal">{sentence(trouble)} This page keeps trying.</p>}
    </div>
  );
}

// The server's words come with and without a full stop.
function sentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
