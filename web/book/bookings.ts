// SPDX-License-Identifier: Apache-2.0
import { BookingRefused, type Activity, type BookingApi, type Pool, type Standing } from '../shared/booking_api.js';

// What this page knows, and what it does. The user interface reads the fields.
export class Bookings {
  pools: Pool[] = [];
  standing: Standing = { activities: [], max: 0, locked: false, message: '' };
  minutes = 5;   // that are asked for
  trouble = '';  // what keeps it from being up to date, in words; empty when nothing does
  refusal = '';  // what came of the last button, when it was not what it should
  ready = false;
  busy = false;  // somebody pressed a button, and the answer is still to come

  private loggedIn = false;
  private refreshing = 0;
  private key = newKey();
  private wanted = '';  // what the key is for

  constructor(private readonly api: BookingApi) {}

  // Brings everything up to date.
  async refresh(): Promise<void> {
    this.refreshing++;
    this.trouble = await attempt(() => this.load());
    this.refreshing--;
  }

  // The same, unless the server has still to answer to the last time: for a timer.
  async keepUp(): Promise<void> {
    if (this.refreshing === 0) await this.refresh();
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

  async finish(activity: Activity): Promise<void> {
    this.key = newKey();
    await this.press(async () => void (await this.api.finish(activity.session ?? '')));
    await this.refresh();
  }

  // The pools of a log-in may be withdrawn meanwhile, and others be there.
  private async load(): Promise<void> {
    const before = this.loggedIn;
    try {
      await this.look();
    } catch (error) {
      if (!before || !(error instanceof BookingRefused) || ![401, 404].includes(error.status)) throw error;
      this.loggedIn = false;
      await this.look();
    }
  }

  private async look(): Promise<void> {
    if (!this.loggedIn) await this.api.logIn();
    this.loggedIn = true;
    const [pools, standing] = await Promise.all([this.api.listPools(this.minutes * 60), this.api.standing()]);
    this.pools = pools;
    this.standing = standing;
    this.ready = true;
  }

  private async press(action: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.refusal = '';
    this.refusal = await attempt(action);
    this.busy = false;
  }
}

// What went wrong, in words; empty when nothing did.
async function attempt(action: () => Promise<void>): Promise<string> {
  try {
    await action();
    return '';
  } catch (error) {
    return error instanceof BookingRefused ? words(error) : 'The booking server cannot be reached';
  }
}

function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function words({ message }: BookingRefused): string {
  return message === 'none available' ? 'Somebody else was quicker: nothing of this is free now' : message;
}
