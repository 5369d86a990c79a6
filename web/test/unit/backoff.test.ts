// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../../shared/backoff.js';

test('the limit of the waiting time doubles up to the longest', () => {
  const backoff = new Backoff(() => 1, 500, 10_000);
  const limits = Array.from({ length: 7 }, () => backoff.next());
  assert.deepEqual(limits, [500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});

test('the jitter is full: any time from zero to the limit', () => {
  const fractions = [0, 0.5, 0.25];
  const backoff = new Backoff(() => fractions.shift()!, 100, 1000);
  assert.deepEqual([backoff.next(), backoff.next(), backoff.next()], [0, 100, 100]);
});

test('after a reset it starts small again', () => {
  const backoff = new Backoff(() => 1, 500, 10_000);
  for (let n = 0; n < 10; n++) backoff.next();
  backoff.reset();
  assert.equal(backoff.next(), 500);
});
