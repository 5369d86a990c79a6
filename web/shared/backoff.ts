// SPDX-License-Identifier: Apache-2.0

// Waiting times between attempts: exponential with full jitter, so that many viewers of a relay that
// restarted do not return at the same instant. Times in milliseconds; `random` gives [0, 1).
export class Backoff {
  private attempt = 0;

  constructor(
    private readonly random: () => number = Math.random,
    private readonly first = 500,
    private readonly longest = 10_000,
  ) {}

  next(): number {
    const limit = Math.min(this.longest, this.first * 2 ** this.attempt);
    if (limit < this.longest) this.attempt++;
    return this.random() * limit;
  }

  // To be called when a connection has proved itself.
  reset(): void {
    this.attempt = 0;
  }
}
