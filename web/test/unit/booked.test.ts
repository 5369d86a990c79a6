// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, readBooked } from '../../shared/booked.js';
import { remaining } from '../../shared/clock_words.js';

const activity = {
  session: 's 1', description: { name: 'Pendulum A' }, exp: 1_800_000_000.5,
  streams: [{ for: 'data', url: 'https://relay/session/a?b=c&d', token: 'a.b.c' }],
  uis: [], config: { url: 'https://files/x.json' },
};

test('a template is filled, and read back by the page', () => {
  const address = addressOf(activity, 'https://ui/view/#streams={{streams}}&exp={{exp}}&session={{session}}&title=My%20rig');
  assert.deepEqual(readBooked(new URL(address!).hash), {
    title: 'My rig', exp: 1_800_000_000, session: 's 1', streams: activity.streams,
  });
});

test('a query is read too, as templates of the reference use', () => {
  const address = addressOf(activity, 'https://ui/?config={{config}}&streams={{streams}}&exp={{exp}}');
  const url = new URL(address!);
  assert.equal(url.searchParams.get('config'), 'https://files/x.json');
  assert.equal(readBooked(url.search)!.session, '');
});

test('keys that nobody knows stay as they are', () => {
  assert.equal(addressOf(activity, 'https://ui/?x={{other}}'), 'https://ui/?x={{other}}');
});

for (const template of ['', 'javascript:alert({{exp}})', 'data:text/html,x', '//ui/', 'ui/index.html']) {
  test(`the address ${template || '(empty)'} is not followed`, () => {
    assert.equal(addressOf(activity, template), undefined);
  });
}

for (const text of ['', '#', '#exp=5', '#streams=[]', '#streams=[]&exp=x', '#streams={}&exp=5', '#streams=[1]&exp=5',
                    '#streams=[{"for":"data"}]&exp=5', '#streams=[null]&exp=5', '#streams=%5B&exp=5']) {
  test(`${text || 'nothing'} is no booking`, () => assert.equal(readBooked(text), undefined));
}

test('remaining time is told as on a clock', () => {
  assert.deepEqual([-5, 0, 0.2, 59, 60, 249, 3600, 3723].map(remaining),
                   ['0:00', '0:00', '0:01', '0:59', '1:00', '4:09', '1:00:00', '1:02:03']);
});
