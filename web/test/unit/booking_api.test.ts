// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { BookingApi, BookingRefused } from '../../shared/booking_api.js';

interface Asked { line: string; authorization: string; key: string | undefined; body: unknown }

let asked: Asked[];
let stored: Map<string, string>;
let answers: Record<string, { status: number; body: unknown }[]>;
let api: BookingApi;

// The answers to a request, one after the other; the last one stays.
function answer(line: string, ...list: { status: number; body: unknown }[]): void {
  answers[line] = list;
}
const ok = (body: unknown) => ({ status: 200, body });

beforeEach(() => {
  asked = [];
  stored = new Map();
  answers = {};
  answer('POST login', ok({ token: 'booking1', pools: ['p1', 'p2'] }));
  api = new BookingApi('http://book/', async () => 'class', {
    fetch: async (input, init) => {
      const headers = init!.headers as Record<string, string>;
      const line = `${init!.method} ${input.replace('http://book/', '')}`;
      asked.push({
        line, authorization: headers['Authorization']!, key: headers['Idempotency-Key'],
        body: init!.body === undefined ? undefined : JSON.parse(String(init!.body)),
      });
      const list = answers[line] ?? [{ status: 404, body: 'not prepared' }];
      const { status, body } = list.length > 1 ? list.shift()! : list[0]!;
      return new Response(status === 204 ? null : JSON.stringify(body), { status });
    },
    storage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => void stored.set(key, value),
    },
  });
});

test('the first log-in sends the class token alone, later ones also who somebody was', async () => {
  await api.logIn();
  await api.logIn();
  assert.deepEqual(asked.map(({ authorization }) => authorization), ['class', 'class']);
  assert.deepEqual(asked.map(({ body }) => body), [{}, { token: 'booking1' }]);
});

test('pools are listed with what is free for the time asked for', async () => {
  answer('GET pools/p1', ok({ name: 'Two', short: 'alike', id: 'p1' }));
  answer('GET pools/p1/status?duration=300', ok({ available: 1, used: 1, later: true }));
  answer('GET pools/p2', ok({ name: 'One' }));
  answer('GET pools/p2/status?duration=300', ok({ available: 0, used: 1, wait: 42, later: true }));
  await api.logIn();
  assert.deepEqual(await api.listPools(300), [
    { id: 'p1', name: 'Two', about: 'alike', available: 1, used: 1, wait: 0 },
    { id: 'p2', name: 'One', about: '', available: 0, used: 1, wait: 42 },
  ]);
  answer('GET pools/p2/status?duration=300', ok({ available: 0 }));
  assert.equal((await api.listPools(300))[1]!.wait, undefined);
});

test('members that the server leaves out are what they stand for', async () => {
  answer('GET login', ok({ max: 2 }));
  assert.deepEqual(await api.standing(), { activities: [], max: 2, locked: false, message: '' });
});

test('a session is asked for with the booking token and a key', async () => {
  await api.logIn();
  answer('POST pools/p1/sessions?duration=60', ok({ session: 's1' }));
  assert.equal((await api.book('p1', 60, 'k1')).session, 's1');
  assert.equal(asked.at(-1)!.authorization, 'booking1');
  assert.equal(asked.at(-1)!.key, 'k1');
});

test('a refusal is told in the words of the server', async () => {
  await api.logIn();
  answer('POST pools/p1/sessions?duration=60', { status: 404, body: 'none available' });
  await assert.rejects(api.book('p1', 60, 'k'), (error: unknown) =>
    error instanceof BookingRefused && error.status === 404 && error.message === 'none available');
  answer('POST login', { status: 401, body: { code: 401, message: 'token invalid' } });
  await assert.rejects(api.logIn(), /token invalid/);
});

test('when the booking token has ended it logs in and asks again, once', async () => {
  await api.logIn();
  const ended = { status: 401, body: { code: 401, message: 'token expired' } };
  answer('GET login', ended, ok({ max: 2 }));
  answer('POST login', ok({ token: 'booking2', pools: [] }));
  assert.equal((await api.standing()).max, 2);
  assert.equal(asked.at(-1)!.authorization, 'booking2');
  answer('GET login', ended);
  const before = asked.length;
  await assert.rejects(api.standing(), /token expired/);
  assert.equal(asked.length - before, 3);
});

test('what a good token may not do is no reason to log in again', async () => {
  await api.logIn();
  answer('POST pools/p1/sessions?duration=5', { status: 401, body: 'Requested duration too short' });
  await assert.rejects(api.book('p1', 5, 'k'), /too short/);
  assert.equal(asked.length, 2);
});

test('a session is finished when the server says so, and pending while a relay is to be told', async () => {
  answer('DELETE sessions/s1', { status: 204, body: null });
  assert.equal(await api.finish('s1'), true);
  answer('DELETE sessions/s1', { status: 202, body: {} });
  assert.equal(await api.finish('s1'), false);
  answer('DELETE sessions/s1', { status: 404, body: 'not found' });
  assert.equal(await api.finish('s1'), true);
  answer('DELETE sessions/s1', { status: 503, body: 'the disk is full' });
  await assert.rejects(api.finish('s1'), /the disk is full/);
});

test('a session can be finished after the booking token has ended', async () => {
  await api.logIn();
  answer('DELETE sessions/s1', { status: 401, body: { code: 401, message: 'token expired' } }, { status: 204, body: null });
  assert.equal(await api.finish('s1'), true);
  assert.deepEqual(asked.map(({ line }) => line), ['POST login', 'DELETE sessions/s1', 'POST login', 'DELETE sessions/s1']);
});
