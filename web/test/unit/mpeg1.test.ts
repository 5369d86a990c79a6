// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSequenceHeader, pictureSize } from '../../shared/mpeg1.js';

const header640x480 = [0, 0, 1, 0xb3, 0x28, 0x01, 0xe0];

test('a sequence header is found wherever it stands', () => {
  const bytes = Uint8Array.from([9, 0, 0, 0, 1, 0xb8, ...header640x480, 1, 2]);
  assert.equal(findSequenceHeader(bytes), 6);
  assert.equal(pictureSize(bytes, 6), '640x480');
});

test('a packet of another picture has none', () => {
  assert.equal(findSequenceHeader(Uint8Array.from([0, 0, 1, 0, 0, 0, 1, 1])), -1);
});

test('a header cut before the size does not count', () => {
  for (let length = 0; length < header640x480.length; length++) {
    assert.equal(findSequenceHeader(Uint8Array.from(header640x480.slice(0, length))), -1);
  }
});
