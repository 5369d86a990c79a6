// SPDX-License-Identifier: Apache-2.0

export interface Point {
  time: number;  // ms, on this page's clock
  value: number;
}

// The last seconds of a measured quantity, on this page's clock. Samples keep the spacing they had at
// the experiment: the network's jitter must not show as a bend in the curve.
export class History {
  readonly points: Point[] = [];
  private offset = Infinity;

  constructor(readonly span: number) {}

  // `sent` is the experiment's time in ms, `now` this page's.
  add(sent: number, value: number, now: number): void {
    const offset = now - sent;
    // Far from earlier samples the experiment's clock was set; near them, the quickest one is right.
    if (Math.abs(offset - this.offset) > 2000) this.offset = offset;
    this.offset = Math.min(this.offset, offset);
    this.points.push({ time: sent + this.offset, value });
    while (this.points[0]!.time < now - this.span) this.points.shift();
  }

  // The smallest of the given limits that holds all values, so that the scale moves in steps.
  scale(limits: readonly number[]): number {
    const largest = this.points.reduce((most, point) => Math.max(most, Math.abs(point.value)), 0);
    return limits.find((limit) => limit >= largest) ?? largest;
  }
}
