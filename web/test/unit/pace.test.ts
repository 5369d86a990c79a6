// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../book/pace.js';

const news = { changed: true, ending: false, change: undefined };
const quiet = { ...news, changed: false };

test('while nothing changes it asks less and less, and news bring it back', () => {
  const pace = new Pace(() => 0.5);
  const waits = [news, quiet, quiet, quiet, quiet, news].map((outlook) => pace.afterAnswer(outlook));
  assert.deepEqual(waits, [10_000, 15_000, 22_500, 30_000, 30_000, 10_000]);
});

test('pages that were opened together part', () => {
  assert.equal(new Pace(() => 0).afterAnswer(news), 7500);
  assert.equal(new Pace(() => 0.999).afterAnswer(news), 12_495);
});

test('it asks after what it knows to come, and those who wait for the same do not come at once', () => {
  assert.equal(new Pace(() => 0).afterAnswer({ ...news, change: 4000 }), 4000);
  assert.equal(new Pace(() => 0.5).afterAnswer({ ...news, change: 4000 }), 5000);
  assert.equal(new Pace(() => 0).afterAnswer({ ...news, change: 1 }), 1000);
  assert.equal(new Pace(() => 0).afterAnswer({ ...news, change: 60_000 }), 7500);
});

test('a session that is ending is soon over, or waits for a relay that is away', () => {
  const pace = new Pace(() => 0.5);
  const ending = { ...quiet, ending: true };
  const waits = [1, 2, 3, 4, 5, 6].map(() => pace.afterAnswer(ending));
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 30_000]);
  pace.afterAnswer(news);
  assert.equal(pace.afterAnswer(ending), 1000);
});

test('a server in trouble is asked less and less, and never before it allows', () => {
  const pace = new Pace(() => 0.5);
  assert.deepEqual([1, 2, 3, 4, 5, 6].map(() => pace.afterFailure(0)), [3000, 5000, 9000, 17_000, 31_000, 31_000]);
  pace.afterAnswer(news);
  assert.equal(pace.afterFailure(20), 22_000);
  assert.equal(new Pace(() => 0).afterFailure(0), 1000);
});
