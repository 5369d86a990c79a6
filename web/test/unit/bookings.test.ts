// SPDX-License-Identifier: Apache-2.0
import './web_crypto.js';
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Bookings } from '../../book/bookings.js';
import {
  BookingRefused, type Activity, type Availability, type BookingApi, type Pool, type Standing,
} from '../../shared/booking_api.js';

const pool: Pool = { id: 'p1', name: 'Two', about: '' };
const activity: Activity = { session: 's1', description: { name: 'A' }, exp: 1600, streams: [], uis: [] };
const ending = { name: 's0', pool: 'p1', activity: 'B', end: 1300 };

let keys: string[];
let logIns: number;
let failure: Error | undefined;
let listed: (() => Promise<Pool[]>)[];  // what the next lists are; then all is well
let standing: Standing;
let status: Availability;
let statuses: string[];  // that were asked for
let bookings: Bookings;

beforeEach(() => {
  [keys, logIns, failure, listed, statuses] = [[], 0, undefined, [], []];
  standing = { activities: [activity], ending: [], max: 2, locked: false, message: 'Open' };
  status = { available: 1, used: 0, wait: 0 };
  const api = {
    logIn: async () => void logIns++,
    listPools: async () => (listed.shift() ?? (async () => [pool]))(),
    standing: async () => standing,
    availability: async (id: string, seconds: number) => {
      statuses.push(`${id} ${seconds}`);
      return status;
    },
    book: async (_pool: string, seconds: number, key: string) => {
      keys.push(key);
      if (failure) throw failure;
      return { ...activity, exp: seconds };
    },
    finish: async () => true,
  };
  bookings = new Bookings(api as unknown as BookingApi, () => 1_000_000);
});

test('it logs in once and then only looks', async () => {
  await bookings.refresh();
  await bookings.refresh();
  assert.equal(logIns, 1);
  assert.deepEqual(bookings.offers, [{ pool, available: 1, freeAt: undefined }]);
  assert.equal(bookings.standing.message, 'Open');
});

test('a booking is for the minutes that were chosen', async () => {
  bookings.minutes = 15;
  assert.equal((await bookings.book(pool))!.exp, 900);
  assert.equal(bookings.refusal, '');
});

test('a request whose answer was lost is repeated with its key, others have their own', async () => {
  failure = new TypeError('fetch failed');
  assert.equal(await bookings.book(pool), undefined);
  assert.match(bookings.refusal, /cannot be reached/);
  failure = undefined;
  await bookings.book(pool);
  await bookings.book(pool);
  assert.equal(keys[1], keys[0]);
  assert.notEqual(keys[2], keys[1]);
  assert.match(keys[0]!, /^[0-9a-f]{32}$/);
});

test('a refusal is told and the next request is another one', async () => {
  failure = new BookingRefused(404, 'none available');
  await bookings.book(pool);
  assert.match(bookings.refusal, /Somebody else was quicker/);
  await bookings.book(pool);
  assert.notEqual(keys[1], keys[0]);
});

test('a refusal stays until the next button, whatever is refreshed meanwhile', async () => {
  failure = new BookingRefused(402, 'locked');
  await bookings.book(pool);
  await bookings.refresh();
  assert.equal(bookings.refusal, 'locked');
  assert.equal(bookings.trouble, '');
  failure = undefined;
  await bookings.book(pool);
  assert.equal(bookings.refusal, '');
});

test('an answer of a proxy says nothing about the booking, so the key stays; so it does whatever is refreshed', async () => {
  failure = new BookingRefused(502, '');
  await bookings.book(pool);
  listed = [async () => { throw new BookingRefused(503, 'the disk is full', 7); }];
  await bookings.refresh();
  assert.equal(bookings.retryAfter, 7);
  await bookings.book(pool);
  assert.equal(keys[1], keys[0]);
});

test('a key is for what was asked with it', async () => {
  failure = new TypeError('fetch failed');
  await bookings.book(pool);
  await bookings.book({ ...pool, id: 'p2' });
  bookings.minutes = 15;
  await bookings.book({ ...pool, id: 'p2' });
  await bookings.finish(activity);
  await bookings.book({ ...pool, id: 'p2' });
  assert.equal(new Set(keys).size, 4);
});

test('pools that are withdrawn are found anew by another log-in', async () => {
  await bookings.refresh();
  listed = [async () => { throw new BookingRefused(401, 'Pool Does Not Exist'); }];
  await bookings.refresh();
  assert.equal(bookings.trouble, '');
  assert.equal(logIns, 2);
});

test('what is free is asked for the minutes that were chosen', async () => {
  bookings.minutes = 15;
  await bookings.refresh();
  assert.deepEqual(statuses, ['p1 900']);
});

test('a session that is ending counts as one', async () => {
  await bookings.refresh();
  assert.equal(bookings.full, false);
  standing = { ...standing, ending: [ending] };
  await bookings.refresh();
  assert.equal(bookings.full, true);
});

test('nobody asks what is free when nothing can be booked', async () => {
  standing = { ...standing, locked: true };
  await bookings.refresh();
  standing = { ...standing, locked: false, max: 1 };
  await bookings.refresh();
  assert.deepEqual(statuses, []);
  assert.deepEqual(bookings.offers, [{ pool, available: undefined, freeAt: undefined }]);
});

test('of two that are on the way the later one counts, whichever is answered first', async () => {
  const answers: ((pools: Pool[]) => void)[] = [];
  listed = [0, 1].map(() => () => new Promise((resolve) => void answers.push(resolve)));
  const [first, second] = [bookings.refresh(), bookings.refresh()];
  while (answers.length < 2) await new Promise((done) => setImmediate(done));
  answers[1]!([pool]);
  await second;
  answers[0]!([{ ...pool, name: 'as it was' }]);
  await first;
  assert.equal(bookings.offers[0]!.pool.name, 'Two');
});

test('the outlook tells what is new, and not that time goes on', async () => {
  status = { available: 0, used: 1, wait: 200 };
  await bookings.refresh();
  assert.equal(bookings.outlook().changed, true);
  status = { available: 0, used: 1, wait: 190 };
  await bookings.refresh();
  assert.equal(bookings.outlook().changed, false);
  status = { available: 1, used: 0, wait: 0 };
  await bookings.refresh();
  assert.equal(bookings.outlook().changed, true);
});

test('the outlook tells when the next session ends or the next rig is free, and nothing of the past', async () => {
  await bookings.refresh();
  assert.equal(bookings.outlook().change, 600_000);
  status = { available: 0, used: 1, wait: 200 };
  await bookings.refresh();
  assert.equal(bookings.outlook().change, 200_000);
  standing = { ...standing, max: 3, ending: [{ ...ending, end: 1100 }] };
  await bookings.refresh();
  assert.deepEqual(bookings.outlook(), { changed: true, ending: true, change: 100_000 });
  standing = { ...standing, activities: [{ ...activity, exp: 999 }], ending: [] };
  status = { available: 1, used: 0, wait: 0 };
  await bookings.refresh();
  assert.equal(bookings.outlook().change, undefined);
});

test('refusals that a choice mends say which', async () => {
  failure = new BookingRefused(401, 'Requested duration too long');
  await bookings.book(pool);
  assert.match(bookings.refusal, /choose fewer minutes/);
});

test('who is one of too many at the log-in is told so', async () => {
  listed = [async () => { throw new BookingRefused(429, 'too many requests from this address', 3); }];
  await bookings.refresh();
  assert.match(bookings.trouble, /Many people/);
});
