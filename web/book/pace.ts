// SPDX-License-Identifier: Apache-2.0
import { Backoff } from '../shared/backoff.js';

const usual = 10_000;    // ms from an answer to the next request
const longest = 30_000;  // ms, when nothing changes
const shortest = 1000;   // ms, however soon something is to change
const spread = 2000;     // ms over which those who wait for one rig come

// What an answer tells about when to ask again.
export interface Outlook {
  changed: boolean;   // since the answer before
  ending: boolean;    // a relay is being told that a session is over, which takes a moment
  change: number | undefined;  // ms until something is known to change
}

// How long the page leaves the server alone, in ms. No two pages of a class keep the same time:
// `random` gives [0, 1).
export class Pace {
  private readonly backoff: Backoff;
  private quiet = 0;  // answers in a row without news
  private endings = 0;

  constructor(private readonly random: () => number = Math.random) {
    this.backoff = new Backoff(random, 4 * shortest, 2 * longest);
  }

  afterAnswer({ changed, ending, change }: Outlook): number {
    this.backoff.reset();
    this.quiet = changed ? 0 : this.quiet + 1;
    this.endings = ending ? this.endings + 1 : 0;
    const waits = [Math.min(longest, usual * 1.5 ** this.quiet) * (0.75 + this.random() / 2)];
    if (ending) waits.push(shortest * 2 ** (this.endings - 1));
    if (change !== undefined) waits.push(Math.max(shortest, change) + this.random() * spread);
    return Math.min(...waits);
  }

  // `retryAfter`: seconds that the server asked for; 0 when it did not.
  afterFailure(retryAfter: number): number {
    return Math.max(shortest, retryAfter * 1000) + this.backoff.next();
  }
}
