// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LatencyMeter, LossCounter, RateMeter } from '../../shared/health.js';

function measure(meter: LatencyMeter, roundTrips: number[]): void {
  roundTrips.forEach((roundTrip, index) => {
    const sent = index * 1000;
    meter.pong(meter.ping(sent), sent + roundTrip);
  });
}

test('the latency is half of the median round trip', () => {
  const meter = new LatencyMeter();
  measure(meter, [10, 1000, 20]);
  assert.equal(meter.latency, 10);
});

test('of an even number of round trips the two in the middle count', () => {
  const meter = new LatencyMeter();
  measure(meter, [10, 20, 30, 100]);
  assert.equal(meter.latency, 12.5);
});

test('only the last ten round trips count', () => {
  const meter = new LatencyMeter();
  measure(meter, [...Array(10).fill(500), ...Array(10).fill(8)]);
  assert.equal(meter.latency, 4);
});

test('answers to other viewers and repeated answers are ignored', () => {
  const meter = new LatencyMeter();
  const number = meter.ping(0);
  meter.pong(number + 1, 5);
  assert.equal(meter.latency, undefined);
  meter.pong(number, 10);
  meter.pong(number, 5000);
  assert.equal(meter.latency, 5);
});

test('pings that nobody answers do not pile up: the oldest is forgotten', () => {
  const meter = new LatencyMeter();
  const first = meter.ping(0);
  for (let n = 1; n <= 10; n++) meter.ping(n);
  meter.pong(first, 20);
  assert.equal(meter.latency, undefined);
});

test('after a reset there is no latency until the next answer', () => {
  const meter = new LatencyMeter();
  const number = meter.ping(0);
  measure(meter, [10]);
  meter.reset();
  meter.pong(number, 10);
  assert.equal(meter.latency, undefined);
});

test('the rate is taken over two seconds and falls to zero by itself', () => {
  const meter = new RateMeter();
  for (let time = 0; time < 4000; time += 40) meter.count(time);
  assert.equal(meter.rate(3999), 25);
  assert.equal(meter.rate(4999), 12.5);
  assert.equal(meter.rate(7000), 0);
});

test('gaps in the numbers are losses', () => {
  const counter = new LossCounter();
  [5, 6, 9, 10, 12].forEach((sequence) => counter.count(sequence));
  assert.equal(counter.lost, 3);
});

test('an experiment that begins anew or repeats a number loses nothing', () => {
  const counter = new LossCounter();
  [100, 101, 101, 0, 1, 2].forEach((sequence) => counter.count(sequence));
  assert.equal(counter.lost, 0);
});

test('what was sent while disconnected is not counted as lost', () => {
  const counter = new LossCounter();
  counter.count(1);
  counter.restart();
  counter.count(500);
  assert.equal(counter.lost, 0);
});
