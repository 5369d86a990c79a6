// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { BookingApi, BookingRefused } from '../../shared/booking_api.js';

interface Answer { status: number; body: unknown; retryAfter?: string }
interface Asked { line: string; authorization: string; key: string | undefined; body: unknown }

let asked: Asked[];
let stored: Map<string, string>;
let answers: Record<string, Answer[]>;
let api: BookingApi;

// The answers to a request, one after the other; the last one stays.
function answer(line: string, ...list: Answer[]): void {
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
      const fields = init!.headers as Record<string, string>;
      const line = `${init!.method} ${input.replace('http://book/', '')}`;
      asked.push({
        line, authorization: fields['Authorization']!, key: fields['Idempotency-Key'],
        body: init!.body === undefined ? undefined : JSON.parse(String(init!.body)),
      });
      const list = answers[line] ?? [{ status: 404, body: 'not prepared' }];
      const { status, body, retryAfter } = list.length > 1 ? list.shift()! : list[0]!;
      const headers: Record<string, string> = retryAfter ? { 'Retry-After': retryAfter } : {};
      return new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
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

test('the pools are described once', async () => {
  answer('GET pools/p1', { status: 503, body: 'busy' }, ok({ name: 'Two', short: 'alike', id: 'p1' }));
  answer('GET pools/p2', ok({ name: 'One' }));
  await api.logIn();
  await assert.rejects(api.listPools(), /busy/);
  for (let times = 0; times < 3; times++) {
    assert.deepEqual(await api.listPools(), [
      { id: 'p1', name: 'Two', about: 'alike' }, { id: 'p2', name: 'One', about: '' },
    ]);
  }
  assert.equal(asked.filter(({ line }) => line.startsWith('GET')).length, 4);
});

test('another log-in has its own pools', async () => {
  answer('GET pools/p1', ok({ name: 'Two' }));
  answer('GET pools/p2', ok({ name: 'One' }));
  await api.logIn();
  await api.listPools();
  answer('POST login', ok({ token: 'booking2', pools: ['p1'] }));
  answer('GET pools/p1', ok({ name: 'Two of another name' }));
  await api.logIn();
  assert.deepEqual(await api.listPools(), [{ id: 'p1', name: 'Two of another name', about: '' }]);
});

test('what is free is told for the time asked for', async () => {
  answer('GET pools/p1/status?duration=300', ok({ available: 1, used: 1, later: true }));
  answer('GET pools/p2/status?duration=300', ok({ available: 0, used: 1, wait: 42, later: true }), ok({ available: 0 }));
  assert.deepEqual(await api.availability('p1', 300), { available: 1, used: 1, wait: 0 });
  assert.deepEqual(await api.availability('p2', 300), { available: 0, used: 1, wait: 42 });
  assert.deepEqual(await api.availability('p2', 300), { available: 0, used: 0, wait: undefined });
});

test('members that the server leaves out are what they stand for', async () => {
  answer('GET login', ok({ max: 2 }));
  assert.deepEqual(await api.standing(), { activities: [], ending: [], max: 2, locked: false, message: '' });
});

test('sessions that are ending are told apart', async () => {
  const ending = { name: 's0', pool: 'p1', activity: 'Pendulum A', end: 9 };
  answer('GET login', ok({ max: 2, activities: [], cancelling: [ending] }));
  assert.deepEqual((await api.standing()).ending, [ending]);
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
  await assert.rejects(api.logIn(), /does not admit anybody now \(token invalid\)/);
});

test('a refusal holds how long the server asks to be left alone', async () => {
  answer('GET login', { status: 503, body: 'the disk is full', retryAfter: '7' },
         { status: 503, body: 'the disk is full' },
         { status: 429, body: '', retryAfter: 'Tue, 01 Jan 2030 00:00:00 GMT' });
  const pauses = [];
  for (let times = 0; times < 3; times++) {
    pauses.push(await api.standing().catch((error: unknown) => (error as BookingRefused).retryAfter));
  }
  assert.deepEqual(pauses, [7, 0, 0]);
});

test('requests that find the booking token ended share one log-in', async () => {
  await api.logIn();
  const ended = { status: 401, body: { code: 401, message: 'token expired' } };
  answer('POST login', ok({ token: 'booking2', pools: [] }));
  answer('GET pools/p1/status?duration=60', ended, ok({ available: 1 }));
  answer('GET pools/p2/status?duration=60', ended, ok({ available: 1 }));
  await Promise.all([api.availability('p1', 60), api.availability('p2', 60)]);
  assert.equal(asked.filter(({ line }) => line === 'POST login').length, 2);
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
