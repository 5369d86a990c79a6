// SPDX-License-Identifier: Apache-2.0
import {
  BookingRefused, type Activity, type Availability, type BookingApi, type Pool, type Standing,
} from '../shared/booking_api.js';
import type { Outlook } from './pace.js';

// A pool, and how much of it was free when last looked at; nothing when nobody asked.
export interface Offer {
  pool: Pool;
  available: number | undefined;
  freeAt: number | undefined;  // ms, this page's clock: when the next one is free
}

// What this page knows, and what it does. The user interface reads the fields.
export class Bookings {
  offers: Offer[] = [];
  standing: Standing = { activities: [], ending: [], max: 0, locked: false, message: '' };
  minutes = 5;     // that are asked for
  trouble = '';    // what keeps it from being up to date, in words; empty when nothing does
  retryAfter = 0;  // s that the server asked to be left alone, with the trouble
  refusal = '';    // what came of the last button, when it was not what it should
  ready = false;
  busy = false;    // somebody pressed a button, and the answer is still to come

  private loggedIn = false;
  private refreshes = 0;
  private seen = '';      // what is shown, without what changes by itself
  private seenBefore = '';
  private key = newKey();
  private wanted = '';  // what the key is for

  constructor(
    private readonly api: BookingApi,
    private readonly now: () => number = Date.now,
  ) {}

  // Sessions that are ending count: their rigs are not free yet.
  get full(): boolean {
    return this.standing.activities.length + this.standing.ending.length >= this.standing.max;
  }

  // Brings everything up to date. When several are on the way the last one counts.
  async refresh(): Promise<void> {
    const refresh = ++this.refreshes;
    const { words, retryAfter } = await attempt(async () => {
      const take = await this.load();
      if (refresh === this.refreshes) take();
    });
    if (refresh !== this.refreshes) return;
    this.trouble = words;
    this.retryAfter = retryAfter;
  }

  // After a refresh: what it tells about the next one.
  outlook(): Outlook {
    const { activities, ending } = this.standing;
    const changes = [...activities.map(({ exp }) => exp * 1000), ...ending.map(({ end }) => end * 1000),
                     ...this.offers.map(({ freeAt }) => freeAt ?? 0)];
    // What is in the past by this clock, and yet not so for the server, is waited for without haste.
    const change = Math.min(...changes.map((time) => time - this.now()).filter((time) => time > 0));
    return {
      changed: this.seen !== this.seenBefore, ending: ending.length > 0,
      change: Number.isFinite(change) ? change : undefined,
    };
  }

  // The session, or nothing when there is a refusal.
  async book(pool: Pool): Promise<Activity | undefined> {
    const wanted = `${pool.id} ${this.minutes}`;
    if (wanted !== this.wanted) this.key = newKey();
    this.wanted = wanted;
    let activity: Activity | undefined;
    await this.press(async () => {
      try {
        activity = await this.api.book(pool.id, this.minutes * 60, this.key);
        this.key = newKey();
      } catch (error) {
        // An answer, unlike silence, means that the next request is another one. A proxy's 502 is none.
        if (error instanceof BookingRefused && error.status < 500) this.key = newKey();
        throw error;
      }
    });
    return activity;
  }

  // Whether it is over, or on the way to be.
  async finish(activity: Activity): Promise<boolean> {
    this.key = newKey();
    await this.press(async () => void (await this.api.finish(activity.session ?? '')));
    return this.refusal === '';
  }

  // The pools of a log-in may be withdrawn meanwhile, and others be there.
  private async load(): Promise<() => void> {
    const before = this.loggedIn;
    try {
      return await this.look();
    } catch (error) {
      if (!before || !(error instanceof BookingRefused) || ![401, 404].includes(error.status)) throw error;
      this.loggedIn = false;
      return this.look();
    }
  }

  // Asks, and gives what takes the answers over.
  private async look(): Promise<() => void> {
    if (!this.loggedIn) await this.api.logIn();
    this.loggedIn = true;
    const [pools, standing] = await Promise.all([this.api.listPools(), this.api.standing()]);
    const offers = await this.ask(pools, standing);
    return () => {
      this.standing = standing;
      this.offers = offers;
      this.ready = true;
      this.seenBefore = this.seen;
      this.seen = JSON.stringify([
        standing.activities.map(({ session }) => session), standing.ending, standing.max, standing.locked,
        standing.message, offers.map(({ pool, available }) => [pool, available])]);
    };
  }

  // Who can book nothing need not know what is free.
  private async ask(pools: Pool[], { activities, ending, max, locked }: Standing): Promise<Offer[]> {
    if (locked || activities.length + ending.length >= max) {
      return pools.map((pool) => ({ pool, available: undefined, freeAt: undefined }));
    }
    return Promise.all(pools.map(async (pool) => {
      const { available, wait } = await this.api.availability(pool.id, this.minutes * 60);
      return { pool, available, freeAt: available > 0 ? undefined : this.timeIn(wait) };
    }));
  }

  private timeIn(wait: Availability['wait']): number | undefined {
    return wait === undefined ? undefined : this.now() + wait * 1000;
  }

  private async press(action: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.refusal = '';
    this.refusal = (await attempt(action)).words;
    this.busy = false;
  }
}

// What went wrong, in words; empty when nothing did.
async function attempt(action: () => Promise<void>): Promise<{ words: string; retryAfter: number }> {
  try {
    await action();
    return { words: '', retryAfter: 0 };
  } catch (error) {
    if (error instanceof BookingRefused) return { words: words(error), retryAfter: error.retryAfter };
    return { words: 'The booking server cannot be reached', retryAfter: 0 };
  }
}

function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const plainWords: Record<string, string> = {
  'none available': 'Somebody else was quicker: nothing of this is free now',
  'Requested duration too short': 'This cannot be booked for so short a time: choose more minutes',
  'Requested duration too long': 'This cannot be booked for so long: choose fewer minutes',
};

function words({ status, message }: BookingRefused): string {
  return status === 429 ? 'Many people are logging in at this moment' : (plainWords[message] ?? message);
}
