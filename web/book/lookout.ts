// SPDX-License-Identifier: Apache-2.0
import type { Bookings } from './bookings.js';
import { Pace } from './pace.js';

// What the browser provides; tests bring their own.
export interface LookoutSurroundings {
  now(): number;  // ms
  after(milliseconds: number, action: () => void): () => void;
  hidden(): boolean;
  onVisibility(action: () => void): void;
  random(): number;
}

const browser: LookoutSurroundings = {
  now: Date.now,
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
  hidden: () => document.visibilityState === 'hidden',
  onVisibility: (action) => document.addEventListener('visibilitychange', action),
  random: Math.random,
};

// Keeps the bookings up to date while somebody can see them, at a pace that a server with a class of
// open pages bears.
export class Lookout {
  private readonly pace: Pace;
  private looks = 0;
  private notBefore = 0;  // ms; the server is in trouble until then
  private cancelWait = () => {};

  // `onLook` is called after each look.
  constructor(
    private readonly bookings: Bookings,
    private readonly onLook: () => void,
    private readonly around: LookoutSurroundings = browser,
  ) {
    this.pace = new Pace(around.random);
  }

  start(): void {
    this.around.onVisibility(() => this.turn());
    this.turn();
  }

  // At once: for what the person did.
  async look(): Promise<void> {
    this.cancelWait();
    const look = ++this.looks;
    await this.bookings.refresh();
    this.onLook();
    if (look !== this.looks) return;
    const wait = this.nextWait();
    this.notBefore = this.bookings.trouble ? this.around.now() + wait : 0;
    if (!this.around.hidden()) this.lookAfter(wait);
  }

  // The tab was shown or hidden.
  private turn(): void {
    this.cancelWait();
    if (this.around.hidden()) return;
    const pause = this.notBefore - this.around.now();
    if (pause > 0) this.lookAfter(pause);
    else void this.look();
  }

  private lookAfter(wait: number): void {
    this.cancelWait = this.around.after(wait, () => void this.look());
  }

  private nextWait(): number {
    const { trouble, retryAfter } = this.bookings;
    return trouble ? this.pace.afterFailure(retryAfter) : this.pace.afterAnswer(this.bookings.outlook());
  }
}
