// SPDX-License-Identifier: Apache-2.0
// How much a booking server hears of an open page: the real page without its looks, time made by hand.
import './web_crypto.js';
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Bookings } from '../../book/bookings.js';
import { Lookout } from '../../book/lookout.js';
import { BookingApi } from '../../shared/booking_api.js';

const pools = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8', 'p9', 'p10', 'p11', 'p12'];

interface Timer { at: number; action: () => void }

let time: number;  // ms
let timers: Timer[];
let hidden: boolean;
let turned: () => void;
let looked: () => void;
let requests: string[];
let status: object;                        // of each pool
let standing: object;
let trouble: { status: number; retryAfter: string } | undefined;
let bookings: Bookings;
let lookout: Lookout;

function answerTo(line: string): object {
  if (line === 'POST login') return { token: 't', pools };
  if (line === 'GET login') return standing;
  return line.includes('/status') ? status : { name: line };
}

beforeEach(() => {
  [time, timers, hidden, requests, trouble] = [1_000_000, [], false, [], undefined];
  status = { available: 1, later: true };
  standing = { max: 2, activities: [] };
  const api = new BookingApi('', async () => 'class', {
    fetch: async (path, init) => {
      const line = `${init!.method} ${path}`;
      requests.push(line);
      if (!trouble) return new Response(JSON.stringify(answerTo(line)));
      return new Response('"no"', { status: trouble.status, headers: { 'Retry-After': trouble.retryAfter } });
    },
    storage: { getItem: () => 't', setItem: () => {} },
  });
  bookings = new Bookings(api, () => time);
  lookout = new Lookout(bookings, () => looked(), {
    now: () => time,
    after: (milliseconds, action) => {
      const timer = { at: time + milliseconds, action };
      timers.push(timer);
      return () => (timers = timers.filter((each) => each !== timer));
    },
    hidden: () => hidden,
    onVisibility: (action) => (turned = action),
    random: () => 0.5,
  });
});

// Does what makes the page look, and waits until it has.
async function oneLook(action: () => void): Promise<void> {
  const done = new Promise<void>((resolve) => (looked = resolve));
  action();
  await done;
}

async function pass(seconds: number): Promise<void> {
  const end = time + seconds * 1000;
  for (;;) {
    const next = timers.sort((a, b) => a.at - b.at)[0];
    if (!next || next.at > end) break;
    timers.shift();
    time = next.at;
    await oneLook(next.action);
  }
  time = end;
}

function hide(): void {
  hidden = true;
  turned();
}

function show(): void {
  hidden = false;
  turned();
}

const start = () => oneLook(() => lookout.start());

test('a page that is looked at for a quarter of an hour asks every half minute for what may change', async () => {
  await start();
  assert.equal(requests.length, 2 + 2 * pools.length);
  requests = [];
  await pass(900);
  assert.equal(requests.filter((line) => line === 'GET login').length, 31);
  assert.equal(requests.length, 31 * (1 + pools.length));
});

test('a hidden page asks nothing, and everything at once when it is shown', async () => {
  await start();
  hide();
  requests = [];
  await pass(3600);
  assert.deepEqual(requests, []);
  await oneLook(show);
  assert.equal(requests.length, 1 + pools.length);
});

test('a page that is hidden while it is answered asks no more', async () => {
  const answered = start();
  hide();
  await answered;
  assert.deepEqual(timers, []);
});

test('a page that was opened behind another one asks when it is seen', async () => {
  hidden = true;
  lookout.start();
  assert.deepEqual(requests, []);
  await oneLook(show);
  assert.equal(requests.length, 2 + 2 * pools.length);
});

test('what a person does is followed by a look, and it moves the next one', async () => {
  await start();
  await pass(9);
  requests = [];
  await oneLook(() => void lookout.look());
  assert.equal(requests.length, 1 + pools.length);
  assert.equal(timers.length, 1);
  assert.ok(timers[0]!.at - time > 9000);
});

test('the end of a session is seen when it comes', async () => {
  const activity = { session: 's', exp: time / 1000 + 4, description: { name: 'A' }, streams: [], uis: [] };
  standing = { max: 1, activities: [activity] };
  await start();
  standing = { max: 1, activities: [] };
  await pass(3.9);
  assert.equal(bookings.standing.activities.length, 1);
  await pass(2);
  assert.equal(bookings.standing.activities.length, 0);
});

test('a rig that gets free is seen when it does', async () => {
  status = { available: 0, used: 1, wait: 5, later: true };
  await start();
  status = { available: 1, later: true };
  await pass(4.9);
  assert.equal(bookings.offers[0]!.available, 0);
  await pass(2);
  assert.equal(bookings.offers[0]!.available, 1);
});

test('a server that asks to be left alone is, whoever turns to the tab', async () => {
  await start();
  trouble = { status: 503, retryAfter: '60' };
  await pass(10);
  assert.equal(bookings.trouble, 'no');
  requests = [];
  hide();
  await pass(30);
  show();
  await pass(29);
  assert.deepEqual(requests, []);
  trouble = undefined;
  await pass(4);
  assert.equal(bookings.trouble, '');
});

test('a server that is away is asked less and less', async () => {
  trouble = { status: 502, retryAfter: '' };
  await start();
  requests = [];
  await pass(600);
  assert.equal(requests.length, 22);
});
