// SPDX-License-Identifier: Apache-2.0

// Latency that the way to the experiment and back adds, from pings answered by it. The numbers are
// random, because all viewers of an experiment see each other's answers.
export class LatencyMeter {
  private readonly open = new Map<number, number>();
  private readonly last: number[] = [];

  // The number to send, at that time in milliseconds.
  ping(now: number, random: () => number = Math.random): number {
    const number = Math.floor(random() * Number.MAX_SAFE_INTEGER);
    this.open.set(number, now);
    if (this.open.size > 10) this.open.delete(this.open.keys().next().value!);
    return number;
  }

  // Ignores answers to others.
  pong(number: number, now: number): void {
    const sent = this.open.get(number);
    if (sent === undefined) return;
    this.open.delete(number);
    this.last.push((now - sent) / 2);
    if (this.last.length > 10) this.last.shift();
  }

  // Median of the last ten, one way, in milliseconds.
  get latency(): number | undefined {
    const sorted = [...this.last].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    if (sorted.length === 0) return undefined;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2;
  }

  // To be called when the connection changes: earlier values say nothing about the new one.
  reset(): void {
    this.open.clear();
    this.last.length = 0;
  }
}

// Events per second over the last two seconds. Times in milliseconds.
export class RateMeter {
  private times: number[] = [];

  count(now: number): void {
    this.times.push(now);
    this.forget(now);
  }

  rate(now: number): number {
    this.forget(now);
    return this.times.length / 2;
  }

  private forget(now: number): void {
    while (this.times.length > 0 && this.times[0]! <= now - 2000) this.times.shift();
  }
}

// Counts the numbers missing between consecutive samples.
export class LossCounter {
  lost = 0;
  private expected: number | undefined;

  count(sequence: number): void {
    if (this.expected !== undefined && sequence > this.expected) this.lost += sequence - this.expected;
    this.expected = sequence + 1;
  }

  // A new connection: what was sent in between counts as a reconnection, not as losses.
  restart(): void {
    this.expected = undefined;
  }
}
