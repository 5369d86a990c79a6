// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History } from '../../shared/history.js';

test('samples that arrive in a burst keep the spacing they had at the experiment', () => {
  const history = new History(10_000);
  history.add(1000, 1, 5000);
  history.add(1020, 2, 5090);
  history.add(1040, 3, 5091);
  assert.deepEqual(history.points.map((point) => point.time), [5000, 5020, 5040]);
});

test('a sample that came quicker than all before corrects the clock from then on', () => {
  const history = new History(10_000);
  history.add(1000, 1, 5050);
  history.add(1020, 2, 5022);
  history.add(1040, 3, 5060);
  assert.deepEqual(history.points.map((point) => point.time), [5050, 5022, 5042]);
});

test('samples older than the span are forgotten', () => {
  const history = new History(1000);
  for (let time = 0; time <= 5000; time += 100) history.add(time, 0, time);
  assert.equal(history.points[0]!.time, 4000);
});

test('an experiment whose clock was set is followed', () => {
  const history = new History(10_000);
  history.add(1000, 1, 5000);
  history.add(900_000, 2, 5020);
  assert.equal(history.points.at(-1)!.time, 5020);
});

test('samples dated after others that are older than the span leave no stale ones behind', () => {
  const history = new History(1000);
  history.add(0, 1, 0);
  history.add(100_000, 2, 90_000);
  assert.deepEqual(history.points.map((point) => point.value), [2]);
});

test('the scale is the smallest limit that holds all values of either sign', () => {
  const history = new History(10_000);
  assert.equal(history.scale([5, 10, 20]), 5);
  history.add(0, -12, 0);
  assert.equal(history.scale([5, 10, 20]), 20);
  history.add(1, 50, 1);
  assert.equal(history.scale([5, 10, 20]), 50);
});
