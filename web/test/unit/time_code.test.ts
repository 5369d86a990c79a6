// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageOf, fromGray, readTimeCode } from '../../shared/time_code.js';

const stride = 640;

// A luminance plane whose strip holds the value, as the encoder would leave it: levels limited to
// 16..235, with noise.
function planeWith(value: number): Uint8ClampedArray {
  const plane = new Uint8ClampedArray(stride * 480).fill(126);
  const gray = value ^ (value >> 1);
  for (let bit = 0; bit < 24; bit++) {
    const level = (gray >> (23 - bit)) & 1 ? 235 : 16;
    for (let y = 0; y < 16; y++) {
      for (let x = 0; x < 16; x++) plane[y * stride + bit * 16 + x] = level + ((x * y) % 21) - 10;
    }
  }
  return plane;
}

for (const value of [0, 1, 2, 0x555555, 0xaaaaaa, 8_189_039, 2 ** 23, 2 ** 24 - 1]) {
  test(`the strip of ${value} is read back`, () => {
    assert.equal(readTimeCode(planeWith(value), stride), value);
  });
}

test('a picture without a strip has no time code', () => {
  assert.equal(readTimeCode(new Uint8ClampedArray(stride * 480).fill(126), stride), undefined);
});

test('a picture too small for the strip has no time code', () => {
  assert.equal(readTimeCode(new Uint8ClampedArray(320 * 240), 320), undefined);
  assert.equal(readTimeCode(new Uint8ClampedArray(640 * 8), 640), undefined);
});

test('one blurred block makes the whole code unreadable rather than wrong', () => {
  const plane = planeWith(12345);
  for (let y = 0; y < 16; y++) plane.fill(126, y * stride + 80, y * stride + 96);
  assert.equal(readTimeCode(plane, stride), undefined);
});

test('consecutive codes differ in one block, so that a picture in between is off by one at most', () => {
  for (let value = 0; value < 5000; value++) {
    const gray = value ^ (value >> 1);
    assert.equal(fromGray(gray), value);
    const change = gray ^ ((value + 1) ^ ((value + 1) >> 1));
    assert.equal(change & (change - 1), 0);
  }
});

test('the age is the time since the code, also across its wrap', () => {
  const now = 1_795_371_607_603;
  assert.equal(ageOf((now - 47) % 2 ** 24, now), 47);
  const wrap = Math.floor(now / 2 ** 24) * 2 ** 24;
  assert.equal(ageOf(2 ** 24 - 5, wrap + 10), 15);
});

test('a camera whose clock is ahead gives a negative age', () => {
  assert.equal(ageOf(1030, 1000), -30);
});
