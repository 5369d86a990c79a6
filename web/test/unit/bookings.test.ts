// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Bookings } from '../../book/bookings.js';
import { BookingRefused, type Activity, type BookingApi, type Pool } from '../../shared/booking_api.js';

const pool: Pool = { id: 'p1', name: 'Two', about: '', available: 1, used: 0, wait: 0 };
const activity: Activity = { session: 's1', description: { name: 'A' }, exp: 1, streams: [], uis: [] };

let keys: string[];
let logIns: number;
let failure: Error | undefined;
let listed: (() => Promise<Pool[]>)[];  // what the next lists are; then all is well
let bookings: Bookings;

beforeEach(() => {
  [keys, logIns, failure, listed] = [[], 0, undefined, []];
  const api = {
    logIn: async () => void logIns++,
    listPools: async () => (listed.shift() ?? (async () => [pool]))(),
    standing: async () => ({ activities: [activity], max: 2, locked: false, message: 'Open' }),
    book: async (_pool: string, seconds: number, key: string) => {
      keys.push(key);
      if (failure) throw failure;
      return { ...activity, exp: seconds };
    },
    finish: async () => true,
  };
  bookings = new Bookings(api as unknown as BookingApi);
});

test('it logs in once and then only looks', async () => {
  await bookings.refresh();
  await bookings.refresh();
  assert.equal(logIns, 1);
  assert.deepEqual(bookings.pools, [pool]);
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
  listed = [async () => { throw new BookingRefused(503, 'the disk is full'); }];
  await bookings.refresh();
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

test('a server that does not answer is not asked more and more', async () => {
  let answer = (_pools: Pool[]) => {};
  let asked = 0;
  listed = [() => new Promise((resolve) => { asked++; answer = resolve; })];
  const first = bookings.refresh();
  await bookings.keepUp();
  answer([pool]);
  await first;
  assert.equal(asked, 1);
  assert.equal(logIns, 1);
  await bookings.keepUp();
  assert.deepEqual(bookings.pools, [pool]);
});
